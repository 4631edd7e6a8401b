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
    public int plan(TimeChunk chunk) {
        long[] differences = chunk.differences();
        long unlike = 0;
        for (int i = 1; i < chunk.count() - 1; i++) {
            unlike |= differences[i] ^ differences[0];
        }
        return unlike == 0 ? BYTES_MAX : INAPPLICABLE;
    }

    @Override
    public void write(TimeChunk chunk, ByteSink out) {
        out.putLong(chunk.first());
        out.putVarint(chunk.count() > 1 ? chunk.differences()[0] * chunk.unit() : 0);
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
