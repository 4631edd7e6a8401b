package io.distil.wire.frame;

import io.distil.base.memory.Layouts;

import java.lang.foreign.MemorySegment;

/// Puts frames together from whatever pieces a socket delivers: first the header, whose length is checked before anything
/// is allocated, then the whole frame in memory from the pool. One owner thread.
public final class FrameAssembler implements AutoCloseable {
    private final FramePool pool;
    private final MemorySegment header = MemorySegment.ofArray(new byte[FrameFormat.HEADER_BYTES]);
    private int filledBytes;
    private Frame frame;

    public FrameAssembler(FramePool pool) {
        this.pool = pool;
    }

    /// How many more bytes are wanted at least: the rest of a header, or the rest of a frame.
    public int wantedBytes() {
        return (frame == null ? FrameFormat.HEADER_BYTES : frame.frameBytes()) - filledBytes;
    }

    /// True between the first byte of a frame and its last.
    public boolean isInsideFrame() {
        return filledBytes > 0;
    }

    /// True when the header is whole and {@link #beginFrame} must be called before more is taken.
    public boolean isHeaderWhole() {
        return frame == null && filledBytes == FrameFormat.HEADER_BYTES;
    }

    /// The size of the frame whose header is whole.
    public int frameBytes() throws MalformedFrame {
        int frameBytes = header.get(Layouts.INT, FrameFormat.FRAME_BYTES_OFFSET);
        if (frameBytes < FrameFormat.HEADER_BYTES
                || frameBytes > FrameFormat.FRAME_BYTES_MAX
                || frameBytes % FrameFormat.WORD_BYTES != 0) {
            throw new MalformedFrame(
                    "a frame of "
                            + Integer.toUnsignedString(frameBytes)
                            + " bytes; frames have "
                            + FrameFormat.HEADER_BYTES
                            + ".."
                            + FrameFormat.FRAME_BYTES_MAX
                            + " bytes, a multiple of "
                            + FrameFormat.WORD_BYTES);
        }
        return frameBytes;
    }

    /// Takes memory for the frame whose header is whole.
    public void beginFrame() throws MalformedFrame {
        frame = pool.take(frameBytes());
        MemorySegment.copy(header, 0, frame.memory(), 0, FrameFormat.HEADER_BYTES);
    }

    /// Takes bytes from `source`, no more than are wanted.
    ///
    /// @return how many were taken
    public int take(MemorySegment source, long offset, long bytes) {
        int taken = (int) Math.min(bytes, wantedBytes());
        MemorySegment target = frame == null ? header : frame.memory();
        MemorySegment.copy(source, offset, target, filledBytes, taken);
        filledBytes += taken;
        return taken;
    }

    /// The frame, if it is whole, checked; its holder is from now on the caller. Else null.
    public Frame poll() throws MalformedFrame {
        if (frame == null || filledBytes < frame.frameBytes()) {
            return null;
        }
        frame.check();
        Frame whole = frame;
        frame = null;
        filledBytes = 0;
        return whole;
    }

    /// Releases a frame that is not whole, or was found broken.
    @Override
    public void close() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
        filledBytes = 0;
    }
}
