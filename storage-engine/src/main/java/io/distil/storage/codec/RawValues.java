package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

/// Values as they are: eight bytes each. Always possible, and the longest that a column gets.
final class RawValues implements ValueScheme {
    private final long[] bits = new long[Chunk.POINT_COUNT_MAX];

    @Override
    public int number() {
        return 5;
    }

    @Override
    public String label() {
        return "raw";
    }

    @Override
    public int plan(ValueChunk chunk, int bytesToBeat) {
        return chunk.count() * Long.BYTES;
    }

    @Override
    public void write(ValueChunk chunk, ByteSink out) {
        out.putPacked(chunk.bits(), 0, chunk.count(), Long.SIZE, 0);
    }

    @Override
    public void read(ByteSource in, double[] values, int count) throws CorruptBlock {
        in.takePacked(bits, 0, count, Long.SIZE, 0, "raw values");
        for (int i = 0; i < count; i++) {
            values[i] = Double.longBitsToDouble(bits[i]);
        }
    }
}
