package io.distil.replication.transfer;

import io.distil.base.Checksum;

import java.lang.foreign.MemorySegment;

/// The bytes of a chunk.
///
/// @param crc CRC-32C of the bytes, computed where they were read from the disk
public record ChunkContent(Chunk chunk, byte[] bytes, int crc) {
    /// Whether these are the bytes that were read.
    boolean isIntact() {
        return bytes.length == chunk.bytes() && crc(bytes) == crc;
    }

    static int crc(byte[] bytes) {
        return new Checksum().add(MemorySegment.ofArray(bytes), 0, bytes.length).value();
    }
}
