package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

/// Times as they are: eight bytes each. Always possible, and the longest that a column gets.
final class RawTimes implements TimeScheme {
    @Override
    public int number() {
        return 3;
    }

    @Override
    public String label() {
        return "raw";
    }

    @Override
    public int plan(TimeChunk chunk, int bytesToBeat) {
        return chunk.count() * Long.BYTES;
    }

    @Override
    public void write(TimeChunk chunk, ByteSink out) {
        out.putPacked(chunk.times(), 0, chunk.count(), Long.SIZE, 0);
    }

    @Override
    public void read(ByteSource in, long[] times, int count) throws CorruptBlock {
        in.takePacked(times, 0, count, Long.SIZE, 0, "raw times");
    }
}
