package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

import java.util.Arrays;

/// One value for all points: its eight bytes.
final class ConstantValue implements ValueScheme {
    @Override
    public int number() {
        return 0;
    }

    @Override
    public String label() {
        return "constant";
    }

    @Override
    public int plan(ValueChunk chunk, int bytesToBeat) {
        long[] bits = chunk.bits();
        long unlike = 0;
        for (int i = 1; i < chunk.count(); i++) {
            unlike |= bits[i] ^ bits[0];
        }
        return unlike == 0 ? Long.BYTES : INAPPLICABLE;
    }

    @Override
    public void write(ValueChunk chunk, ByteSink out) {
        out.putLong(chunk.bits()[0]);
    }

    @Override
    public void read(ByteSource in, double[] values, int count) throws CorruptBlock {
        Arrays.fill(values, 0, count, Double.longBitsToDouble(in.takeLong("constant value")));
    }
}
