package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

/// Times that are one period apart, or all the same.
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 8 | first | nanoseconds |
/// | 1..10 | period | varint, nanoseconds; time `i` is first + i × period |
final class ConstantPeriod implements TimeScheme {
    private static final int BYTES_MAX = 8 + 10;

    @Override
    public int number() {
        return 0;
    }

    @Override
    public String label() {
        return "constant-period";
    }

    @Override
    public int plan(TimeChunk chunk, int bytesToBeat) {
        return chunk.isPeriodic() ? BYTES_MAX : INAPPLICABLE;
    }

    @Override
    public void write(TimeChunk chunk, ByteSink out) {
        out.putLong(chunk.first());
        out.putVarint(chunk.count() > 1 ? chunk.differences()[0] : 0);
    }

    @Override
    public void read(ByteSource in, long[] times, int count) throws CorruptBlock {
        long first = in.takeLong("first time");
        long period = in.takeVarint("period");
        for (int i = 0; i < count; i++) {
            times[i] = first + period * i;
        }
    }
}
