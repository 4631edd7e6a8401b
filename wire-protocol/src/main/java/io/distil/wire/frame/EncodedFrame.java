package io.distil.wire.frame;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// One frame ready to be sent, as pieces to be written one behind the other. Columns are views of the memory they were
/// given in, not copies: that memory stays alive and unchanged until the frame is sent for the last time.
///
/// @param pieces together `frameBytes` bytes
public record EncodedFrame(long requestId, List<MemorySegment> pieces, int frameBytes) {
    /// Copies the whole frame to the beginning of `target`.
    public void copyTo(MemorySegment target) {
        long offset = 0;
        for (MemorySegment piece : pieces) {
            MemorySegment.copy(piece, 0, target, offset, piece.byteSize());
            offset += piece.byteSize();
        }
    }

    public byte[] toByteArray() {
        byte[] bytes = new byte[frameBytes];
        copyTo(MemorySegment.ofArray(bytes));
        return bytes;
    }
}
