package io.distil.wire.frame;

import io.distil.base.BrokenInvariant;

import java.util.ArrayDeque;

/// Memory for received frames, kept in classes of powers of two and used again, because fresh pages cost more than the
/// points that fill them. Any thread may take and give back.
public final class FramePool implements AutoCloseable {
    private static final int CLASS_LOG2_MIN = 12;
    private static final int CLASS_LOG2_MAX = 25;

    private final long idleBytesMax;
    private final ArrayDeque<Frame>[] idleByClass;
    private long idleBytes;
    private long heldBytes;
    private boolean closed;

    /// @param idleBytesMax more than this is given back to the system rather than kept
    @SuppressWarnings({"unchecked", "rawtypes"})
    public FramePool(long idleBytesMax) {
        this.idleBytesMax = idleBytesMax;
        this.idleByClass = new ArrayDeque[CLASS_LOG2_MAX - CLASS_LOG2_MIN + 1];
        for (int i = 0; i < idleByClass.length; i++) {
            idleByClass[i] = new ArrayDeque<>();
        }
    }

    /// A frame with room for `frameBytes`, its content whatever was there before.
    public Frame take(int frameBytes) {
        int capacityBytes = capacityBytes(frameBytes);
        Frame frame;
        synchronized (this) {
            frame = idleByClass[classOf(capacityBytes)].pollLast();
            heldBytes += capacityBytes;
            if (frame != null) {
                idleBytes -= capacityBytes;
            }
        }
        return (frame != null ? frame : allocate(capacityBytes)).hold(frameBytes);
    }

    private Frame allocate(int capacityBytes) {
        try {
            return new Frame(this, capacityBytes);
        } catch (OutOfMemoryError e) {
            synchronized (this) {
                heldBytes -= capacityBytes;
            }
            throw e;
        }
    }

    /// What a frame of this size takes from memory.
    public static int capacityBytes(int frameBytes) {
        BrokenInvariant.check(
                frameBytes >= FrameFormat.HEADER_BYTES && frameBytes <= FrameFormat.FRAME_BYTES_MAX,
                "a frame of " + frameBytes + " bytes was asked of the pool");
        int log2 = Math.max(CLASS_LOG2_MIN, Integer.SIZE - Integer.numberOfLeadingZeros(frameBytes - 1));
        return Math.min(1 << log2, FrameFormat.FRAME_BYTES_MAX);
    }

    void giveBack(Frame frame) {
        int capacityBytes = frame.capacityBytes();
        synchronized (this) {
            heldBytes -= capacityBytes;
            if (!closed && idleBytes + capacityBytes <= idleBytesMax) {
                idleBytes += capacityBytes;
                idleByClass[classOf(capacityBytes)].addLast(frame);
                return;
            }
        }
        frame.free();
    }

    private static int classOf(int capacityBytes) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(capacityBytes - 1) - CLASS_LOG2_MIN;
    }

    /// Bytes of frames taken and not given back.
    public synchronized long heldBytes() {
        return heldBytes;
    }

    /// Frees what is idle; what is still held is freed as it comes back.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            idleBytes = 0;
        }
        for (ArrayDeque<Frame> idle : idleByClass) {
            idle.forEach(Frame::free);
            idle.clear();
        }
    }
}
