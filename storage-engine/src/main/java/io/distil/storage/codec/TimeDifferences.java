package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

/// Times by their differences: irregular ones, bursts, long silences (which become exceptions).
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 8 | first | nanoseconds |
/// | 1..10 | unit | varint, nanoseconds, at least 1 |
/// | rest | differences | count - 1 integers in units, {@link PackedIntegers} |
final class TimeDifferences implements TimeScheme {
    private static final int HEADER_BYTES_MAX = 8 + 10;
    private static final int SAMPLE_COUNT = 32;

    private final PackedIntegers packing = new PackedIntegers();

    @Override
    public int number() {
        return 2;
    }

    @Override
    public String label() {
        return "differences";
    }

    @Override
    public int plan(TimeChunk chunk, int bytesToBeat) {
        int differenceCount = chunk.count() - 1;
        return sampledBits(chunk.differences(), differenceCount) * differenceCount / Byte.SIZE > bytesToBeat
                ? INAPPLICABLE
                : HEADER_BYTES_MAX + packing.plan(chunk.differences(), differenceCount);
    }

    /// Bits that a sample of the differences needs at least: how far they are from the one before, less one bit because
    /// differences drawn at random are farther from each other than from their middle.
    private static long sampledBits(long[] differences, int count) {
        if (count < 4 * SAMPLE_COUNT) {
            return 0;
        }
        long bits = 0;
        for (int s = 0; s < SAMPLE_COUNT; s++) {
            int at = s * (count - 1) / SAMPLE_COUNT;
            bits += BitPacking.width(BitPacking.zigzag(differences[at + 1] - differences[at]));
        }
        return bits / SAMPLE_COUNT - 1;
    }

    @Override
    public void write(TimeChunk chunk, ByteSink out) {
        out.putLong(chunk.first());
        out.putVarint(chunk.unit());
        packing.write(chunk.differences(), chunk.count() - 1, out);
    }

    @Override
    public void read(ByteSource in, long[] times, int count) throws CorruptBlock {
        long time = in.takeLong("first time");
        long unit = in.takeVarint("unit of times");
        packing.read(in, times, count - 1);
        for (int i = 0; i < count - 1; i++) {
            long difference = times[i] * unit;
            times[i] = time;
            time += difference;
        }
        times[count - 1] = time;
    }
}
