package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

/// Doubles with a full mantissa, as integers in the order of the doubles: values that stay in a range share their upper
/// bits, and smooth ones are near a line through their predecessors. Bits that are zero at the end of every value, as in
/// floats that were widened, are cut off first.
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 1 | shift | `s` in 0..63: trailing bits of the ordered integer, the same in all |
/// | 8 | tail | those bits, below 2^s |
/// | rest | integers | ordered bits >>> s, {@link IntegerColumn} |
///
/// The **ordered** integer of a double's bits has all bits but the sign inverted where the sign is set.
final class OrderedBits implements ValueScheme {
    private static final int HEADER_BYTES = 9;
    private static final int SAMPLE_COUNT = 32;

    private final IntegerColumn column = new IntegerColumn();
    private final long[] integers = new long[Chunk.POINT_COUNT_MAX];
    private int shift;
    private long tail;

    @Override
    public int number() {
        return 2;
    }

    @Override
    public String label() {
        return "ordered-bits";
    }

    @Override
    public int plan(ValueChunk chunk, int bytesToBeat) {
        int count = chunk.count();
        long[] bits = chunk.bits();
        long first = ValueChunk.ordered(bits[0]);
        long unlike = 0;
        for (int i = 0; i < count; i++) {
            long ordered = ValueChunk.ordered(bits[i]);
            integers[i] = ordered;
            unlike |= ordered ^ first;
        }
        shift = Math.min(Long.SIZE - 1, Long.numberOfTrailingZeros(unlike));
        tail = first & BitPacking.mask(shift);
        for (int i = 0; i < count; i++) {
            integers[i] >>= shift;
        }
        return sampledBits(count) * count / Byte.SIZE > bytesToBeat
                ? INAPPLICABLE
                : HEADER_BYTES + column.plan(integers, count);
    }

    /// Bits that the integers of a sample need at least, by their first or second differences. Packing takes more: it pays
    /// the widest of a group.
    private long sampledBits(int count) {
        if (count < 4 * SAMPLE_COUNT) {
            return 0;
        }
        long onceBits = 0;
        long twiceBits = 0;
        for (int s = 0; s < SAMPLE_COUNT; s++) {
            int at = s * (count - 2) / SAMPLE_COUNT;
            long once = integers[at + 1] - integers[at];
            long twice = integers[at + 2] - integers[at + 1] - once;
            onceBits += BitPacking.width(BitPacking.zigzag(once));
            twiceBits += BitPacking.width(BitPacking.zigzag(twice));
        }
        // Integers that are drawn at random differ by one bit more than they spread.
        return Math.min(onceBits, twiceBits) / SAMPLE_COUNT - 1;
    }

    @Override
    public void write(ValueChunk chunk, ByteSink out) {
        out.putByte(shift);
        out.putLong(tail);
        column.write(out);
    }

    @Override
    public void read(ByteSource in, double[] values, int count) throws CorruptBlock {
        int s = in.takeByteIn(0, Long.SIZE - 1, "shift of ordered bits");
        long low = in.takeLong("tail of ordered bits");
        column.read(in, integers, count);
        for (int i = 0; i < count; i++) {
            values[i] = Double.longBitsToDouble(ValueChunk.ordered(integers[i] << s | low));
        }
    }
}
