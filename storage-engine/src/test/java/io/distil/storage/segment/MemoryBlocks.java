package io.distil.storage.segment;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// A block store in memory that keeps the contract of the real one, for the tests of what stands on it: a reference must
/// match in address, length, version and kind; a body is read-only, exactly as long as it was written, and gone once its
/// block is closed; blocks never change.
///
/// A block must be used and closed by the thread that read it: that makes the check for late use cheap enough to be always
/// on. Close at the end: that fails if a block is still pinned. Safe for use by many readers and one writer.
public final class MemoryBlocks implements BlockReader, BlockWriter, AutoCloseable {
    private static final long FIRST_ADDRESS = 1L << 40;
    private static final int ALIGNMENT_BYTES = 64;

    private record Stored(BlockRef ref, BlockKind kind, MemorySegment memory) {}

    private final Arena arena = Arena.ofShared();
    private final Map<Long, Stored> blocksByAddress = new HashMap<>();
    private final AtomicLong pinnedCount = new AtomicLong();
    private final AtomicLong readCount = new AtomicLong();
    private long nextAddress = FIRST_ADDRESS;
    private long bytesWritten;
    private long writesUntilFailure = Long.MAX_VALUE;

    @Override
    public synchronized BlockRef write(BlockKind kind, long version, MemorySegment body, int bytes) throws IOException {
        BrokenInvariant.check(bytes > 0 && bytes <= body.byteSize(), "a block of " + bytes + " bytes");
        if (writesUntilFailure-- <= 0) {
            throw new DiskFailed("the disk refuses this write, as the test asked");
        }
        MemorySegment memory = arena.allocate(bytes, ALIGNMENT_BYTES);
        MemorySegment.copy(body, 0, memory, 0, bytes);
        BlockRef ref = new BlockRef(nextAddress, bytes, version);
        blocksByAddress.put(ref.address(), new Stored(ref, kind, memory.asReadOnly()));
        nextAddress += (bytes + 2L * ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
        bytesWritten += bytes;
        return ref;
    }

    @Override
    public Block read(BlockRef ref, BlockKind kind) throws IOException {
        Stored stored = stored(ref);
        if (stored == null || !stored.ref.equals(ref) || stored.kind != kind) {
            throw new CorruptBlock("wanted a " + kind + " at " + ref + ", found " + stored);
        }
        readCount.incrementAndGet();
        pinnedCount.incrementAndGet();
        return new Pinned(stored.memory);
    }

    private synchronized Stored stored(BlockRef ref) {
        return blocksByAddress.get(ref.address());
    }

    /// Replaces the body of a block, as a writer with a bug would have: checksums hold, the content is wrong.
    public synchronized void replaceBody(BlockRef ref, MemorySegment body) {
        Stored stored = blocksByAddress.get(ref.address());
        MemorySegment memory = arena.allocate(ref.bytes(), ALIGNMENT_BYTES);
        MemorySegment.copy(body, 0, memory, 0, ref.bytes());
        blocksByAddress.put(ref.address(), new Stored(ref, stored.kind, memory.asReadOnly()));
    }

    /// Makes the block unreadable, as a flipped bit would.
    public synchronized void damage(BlockRef ref) {
        blocksByAddress.remove(ref.address());
    }

    /// Lets that many more writes succeed; all later ones fail.
    public synchronized void failWritesAfter(long writeCount) {
        writesUntilFailure = writeCount;
    }

    /// Where the first block of a version lies.
    public synchronized long firstAddressOf(long version) {
        return blocksByAddress.values().stream()
                .filter(stored -> stored.ref.version() == version)
                .mapToLong(stored -> stored.ref.address())
                .min()
                .orElseThrow();
    }

    public long pinnedCount() {
        return pinnedCount.get();
    }

    /// How many blocks were read so far.
    public long readCount() {
        return readCount.get();
    }

    public synchronized long blockCount() {
        return blocksByAddress.size();
    }

    /// Sum of the bodies written so far.
    public synchronized long bytesWritten() {
        return bytesWritten;
    }

    @Override
    public synchronized void close() {
        BrokenInvariant.check(pinnedCount.get() == 0, pinnedCount + " blocks are still pinned");
        arena.close();
    }

    private final class Pinned implements Block {
        private final Arena pin = Arena.ofConfined();
        private final MemorySegment body;

        Pinned(MemorySegment memory) {
            body = memory.reinterpret(memory.byteSize(), pin, null);
        }

        @Override
        public MemorySegment body() {
            return body;
        }

        @Override
        public void close() {
            pin.close();
            pinnedCount.decrementAndGet();
        }
    }
}
