package io.distil.wire.client;

import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.wire.frame.EncodedFrame;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Frames on their way into the socket. Headers and small parts gather in one buffer; columns go from the caller's memory
/// straight to the kernel, in the same system call. One owner thread.
final class Outbox implements AutoCloseable {
    /// Smaller pieces are copied: an entry in the kernel's list of buffers costs more.
    private static final int GATHER_BYTES_MIN = 2 << 10;

    private static final int STAGING_BYTES = 128 << 10;

    /// Frames of one system call.
    private static final int BATCH_FRAMES_MAX = 64;

    private static final int BATCH_BYTES_MAX = 1 << 20;

    private record Entry(Call call, EncodedFrame frame) {}

    private final MemorySegment staging = OffHeap.allocate(MemoryOwner.WIRE_FRAMES, STAGING_BYTES);
    private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
    private final ArrayDeque<Entry> inBatch = new ArrayDeque<>();
    private ByteBuffer[] batch = new ByteBuffer[0];
    private int batchFrom;
    private long firstFrameBytesLeft;

    /// @param call the call whose memory the frame refers to, or null
    void add(Call call, EncodedFrame frame) {
        waiting.add(new Entry(call, frame));
        if (call != null) {
            call.isUnsent = true;
        }
    }

    /// Bytes that are no frame, or one already.
    void add(byte[] bytes) {
        waiting.add(new Entry(null, new EncodedFrame(0, List.of(MemorySegment.ofArray(bytes)), bytes.length)));
    }

    /// Writes what the socket takes.
    ///
    /// @return true if nothing is left
    boolean writeTo(GatheringByteChannel channel) throws IOException {
        while (true) {
            if (inBatch.isEmpty() && !gather()) {
                return true;
            }
            long written = channel.write(batch, batchFrom, batch.length - batchFrom);
            while (batchFrom < batch.length && !batch[batchFrom].hasRemaining()) {
                batchFrom++;
            }
            sent(written);
            if (!inBatch.isEmpty()) {
                return false;
            }
        }
    }

    private boolean gather() {
        List<ByteBuffer> buffers = new ArrayList<>();
        long bytes = 0;
        int stagedFrom = 0;
        int stagedUntil = 0;
        while (!waiting.isEmpty() && inBatch.size() < BATCH_FRAMES_MAX && bytes < BATCH_BYTES_MAX) {
            EncodedFrame frame = waiting.peek().frame();
            long stagedBytes = stagedBytes(frame);
            if (stagedUntil > 0 && stagedUntil + stagedBytes > STAGING_BYTES) {
                break;
            }
            for (MemorySegment piece : frame.pieces()) {
                if (isStaged(piece) && stagedBytes <= STAGING_BYTES) {
                    MemorySegment.copy(piece, 0, staging, stagedUntil, piece.byteSize());
                    stagedUntil += (int) piece.byteSize();
                } else {
                    if (stagedUntil > stagedFrom) {
                        buffers.add(staging.asSlice(stagedFrom, stagedUntil - stagedFrom).asByteBuffer());
                        stagedFrom = stagedUntil;
                    }
                    buffers.add(piece.asByteBuffer());
                }
            }
            bytes += frame.frameBytes();
            inBatch.add(waiting.poll());
        }
        if (stagedUntil > stagedFrom) {
            buffers.add(staging.asSlice(stagedFrom, stagedUntil - stagedFrom).asByteBuffer());
        }
        batch = buffers.toArray(ByteBuffer[]::new);
        batchFrom = 0;
        firstFrameBytesLeft = inBatch.isEmpty() ? 0 : inBatch.peek().frame().frameBytes();
        return !inBatch.isEmpty();
    }

    private static boolean isStaged(MemorySegment piece) {
        return piece.byteSize() < GATHER_BYTES_MIN;
    }

    private static long stagedBytes(EncodedFrame frame) {
        long bytes = 0;
        for (MemorySegment piece : frame.pieces()) {
            bytes += isStaged(piece) ? piece.byteSize() : 0;
        }
        return bytes;
    }

    private void sent(long bytes) {
        long left = bytes;
        while (left > 0) {
            long part = Math.min(left, firstFrameBytesLeft);
            left -= part;
            firstFrameBytesLeft -= part;
            if (firstFrameBytesLeft == 0) {
                Entry whole = inBatch.remove();
                if (whole.call() != null) {
                    whole.call().isUnsent = false;
                }
                firstFrameBytesLeft = inBatch.isEmpty() ? 0 : inBatch.peek().frame().frameBytes();
            }
        }
    }

    /// Takes the call's frame out of the queue.
    ///
    /// @return false if it is not there, or on its way already
    boolean forget(Call call) {
        boolean wasWaiting = call.isUnsent && waiting.removeIf(entry -> entry.call() == call);
        call.isUnsent &= !wasWaiting;
        return wasWaiting;
    }

    /// Drops everything: the connection is gone.
    void clear() {
        for (ArrayDeque<Entry> entries : List.of(waiting, inBatch)) {
            for (Entry entry : entries) {
                if (entry.call() != null) {
                    entry.call().isUnsent = false;
                }
            }
        }
        waiting.clear();
        inBatch.clear();
        batch = new ByteBuffer[0];
        batchFrom = 0;
    }

    @Override
    public void close() {
        clear();
        OffHeap.free(MemoryOwner.WIRE_FRAMES, staging);
    }
}
