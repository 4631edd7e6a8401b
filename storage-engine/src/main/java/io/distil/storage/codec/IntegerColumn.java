package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

/// Integers in the order of a series, as themselves, as differences, or as differences of differences, whichever packs
/// best.
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 1 | order | 0 (themselves), 1 (differences), 2 (differences of differences); not above the count |
/// | order × 1..10 | first values | zigzag varints: the first integer; the first difference |
/// | rest | residuals | count - order integers, {@link PackedIntegers} |
///
/// One owner thread; {@link #plan} first, then {@link #write}.
final class IntegerColumn {
    static final int ORDER_MAX = 2;
    private static final int HEADER_BYTES = 1;
    private static final int FIRST_BYTES_MAX = 10;
    private static final int SAMPLE_COUNT = 32;

    private final PackedIntegers[] packings = new PackedIntegers[ORDER_MAX + 1];
    private final long[][] residuals = new long[ORDER_MAX + 1][];
    private int count;
    private int order;

    IntegerColumn() {
        for (int k = 0; k <= ORDER_MAX; k++) {
            packings[k] = new PackedIntegers();
            residuals[k] = k == 0 ? null : new long[Chunk.POINT_COUNT_MAX];
        }
    }

    /// Chooses the order. `integers` are kept until {@link #write}, and not changed.
    ///
    /// @return the bytes that {@link #write} will take, or a few more
    int plan(long[] integers, int count) {
        this.count = count;
        residuals[0] = integers;
        order = 0;
        int best = packings[0].plan(integers, count);
        for (int k = 1; k <= ORDER_MAX && k < count; k++) {
            differences(residuals[k - 1], residuals[k], count - k);
            int bytes = packings[k].plan(residuals[k], count - k) + k * FIRST_BYTES_MAX;
            if (bytes >= best) {
                break;
            }
            best = bytes;
            order = k;
            if (!areSmooth(residuals[k], count - k)) {
                break;
            }
        }
        return best + HEADER_BYTES;
    }

    /// Whether a sample of neighbours is nearer to each other than to zero, so that differencing once more may pay.
    private static boolean areSmooth(long[] integers, int count) {
        if (count < 4 * SAMPLE_COUNT) {
            return true;
        }
        int ownBits = 0;
        int differenceBits = 0;
        for (int s = 0; s < SAMPLE_COUNT; s++) {
            int at = s * (count - 1) / SAMPLE_COUNT;
            ownBits += BitPacking.width(BitPacking.zigzag(integers[at]));
            differenceBits += BitPacking.width(BitPacking.zigzag(integers[at + 1] - integers[at]));
        }
        return differenceBits <= ownBits;
    }

    private static void differences(long[] integers, long[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = integers[i + 1] - integers[i];
        }
    }

    void write(ByteSink out) {
        out.putByte(order);
        for (int k = 0; k < order; k++) {
            out.putSigned(residuals[k][0]);
        }
        packings[order].write(residuals[order], count - order, out);
    }

    void read(ByteSource in, long[] integers, int count) throws CorruptBlock {
        int k = in.takeByteIn(0, Math.min(ORDER_MAX, count), "order of differences");
        long first = k > 0 ? in.takeSigned("first integer") : 0;
        long step = k > 1 ? in.takeSigned("first difference") : 0;
        packings[0].read(in, integers, count - k);
        switch (k) {
            case 0 -> {}
            case 1 -> sumOnce(integers, count, first);
            default -> sumTwice(integers, count, first, step);
        }
    }

    /// In place: `count - 1` differences become `count` integers.
    private static void sumOnce(long[] integers, int count, long first) {
        long value = first;
        for (int i = 0; i < count - 1; i++) {
            long difference = integers[i];
            integers[i] = value;
            value += difference;
        }
        integers[count - 1] = value;
    }

    private static void sumTwice(long[] integers, int count, long first, long firstStep) {
        long value = first;
        long step = firstStep;
        for (int i = 0; i < count - 2; i++) {
            long change = integers[i];
            integers[i] = value;
            value += step;
            step += change;
        }
        integers[count - 2] = value;
        integers[count - 1] = value + step;
    }
}
