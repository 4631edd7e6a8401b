package io.distil.wire.frame;

import io.distil.base.BrokenInvariant;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.wire.frame.sbe.FrameHeaderDecoder;

import org.agrona.concurrent.UnsafeBuffer;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32C;

/// One received frame in off-heap memory of its own, so that the columns in it can be used in place for as long as its
/// holder likes. Held by one owner at a time, who releases it exactly once.
public final class Frame {
    private final FramePool pool;
    private final MemorySegment memory;
    private final UnsafeBuffer buffer;
    private final FrameHeaderDecoder header = new FrameHeaderDecoder();
    private final AtomicBoolean held = new AtomicBoolean();
    private final CRC32C crc = new CRC32C();
    private int frameBytes;

    Frame(FramePool pool, int capacityBytes) {
        this.pool = pool;
        this.memory = OffHeap.allocate(MemoryOwner.WIRE_FRAMES, capacityBytes);
        this.buffer = new UnsafeBuffer(memory.address(), capacityBytes);
    }

    Frame hold(int bytes) {
        BrokenInvariant.check(held.compareAndSet(false, true), "a frame was taken from the pool while held");
        frameBytes = bytes;
        buffer.wrap(memory.address(), bytes);
        header.wrap(buffer, 0);
        return this;
    }

    /// Gives the memory back; nothing that was read from the frame in place may be used any more.
    public void release() {
        BrokenInvariant.check(held.compareAndSet(true, false), "a frame was released twice");
        pool.giveBack(this);
    }

    public int frameBytes() {
        return frameBytes;
    }

    /// Bytes of memory held, at least {@link #frameBytes}.
    public int capacityBytes() {
        return (int) memory.byteSize();
    }

    public int templateId() {
        return header.templateId();
    }

    public long requestId() {
        return header.requestId();
    }

    /// The frame's bytes.
    public MemorySegment memory() {
        return memory.asSlice(0, frameBytes);
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    FrameHeaderDecoder header() {
        return header;
    }

    /// Checks what every frame must satisfy, once all its bytes are there.
    void check() throws MalformedFrame {
        crc.reset();
        crc.update(
                memory.asSlice(FrameFormat.CHECKED_FROM_OFFSET, frameBytes - FrameFormat.CHECKED_FROM_OFFSET)
                        .asByteBuffer());
        int wanted = memory.get(Layouts.INT, FrameFormat.CHECKSUM_OFFSET);
        if ((int) crc.getValue() != wanted) {
            throw new MalformedFrame(
                    "the frame's checksum is "
                            + Integer.toHexString((int) crc.getValue())
                            + ", its header says "
                            + Integer.toHexString(wanted));
        }
        if (header.schemaId() != FrameFormat.SCHEMA_ID) {
            throw new MalformedFrame(
                    "the frame's schema is " + header.schemaId() + ", wanted " + FrameFormat.SCHEMA_ID);
        }
        int blockLength = header.blockLength();
        if (blockLength % FrameFormat.WORD_BYTES != 0 || FrameFormat.HEADER_BYTES + blockLength > frameBytes) {
            throw new MalformedFrame("block length " + blockLength + " in a frame of " + frameBytes + " bytes");
        }
    }

    void free() {
        OffHeap.free(MemoryOwner.WIRE_FRAMES, memory);
    }
}
