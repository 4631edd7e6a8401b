package io.distil.replication.transfer;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

/// A piece of a segment file: what is asked for at once.
///
/// @param offset a multiple of {@link #BYTES_MAX}
/// @param bytes of the piece, at most {@link #BYTES_MAX}; fewer only at the end of the file
public record Chunk(int segmentNumber, long offset, int bytes) {
    /// Large enough that a transfer is limited by disk and network, small enough to travel in one message.
    public static final int BYTES_MAX = 1 << 20;

    public Chunk {
        if (segmentNumber < 0 || offset < 0 || offset % BYTES_MAX != 0 || bytes < 1 || bytes > BYTES_MAX) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "chunk of segment %d with %d bytes at %d; wanted 1..%d bytes at a multiple of that"
                            .formatted(segmentNumber, bytes, offset, BYTES_MAX));
        }
    }
}
