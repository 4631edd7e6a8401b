package io.distil.base;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/// CRC-32C (Castagnoli) over pieces of memory and single integers, in the order they are added. One owner thread.
///
/// Integers are added as eight little-endian bytes, so that a block's address and version can be put under its checksum
/// without being stored twice.
public final class Checksum {
    private final CRC32C crc = new CRC32C();

    public Checksum reset() {
        crc.reset();
        return this;
    }

    public Checksum add(long number) {
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            crc.update((int) (number >>> shift) & 0xff);
        }
        return this;
    }

    public Checksum add(MemorySegment memory, long offset, long bytes) {
        if (bytes > 0) {
            crc.update(memory.asSlice(offset, bytes).asByteBuffer());
        }
        return this;
    }

    public int value() {
        return (int) crc.getValue();
    }
}
