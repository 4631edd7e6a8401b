package io.distil.storage.segment;

import io.distil.base.BrokenInvariant;
import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/// Reads blocks from disk and checks them. Safe for many threads.
///
/// A read needs a queue and page-aligned memory. Both are taken from a pool and not bound to threads: readers may be
/// many and short-lived, and the pool's size is the most that reads of blocks may have in flight.
final class BlockLoader implements BlockCache.Loader, AutoCloseable {
    /// Reads in flight at most: enough to keep one device busy.
    private static final int READS_MAX = 16;

    /// The memory each place keeps; a larger block gets its own for the time of the read.
    private static final int KEPT_BYTES = 256 << 10;

    private static final long PAGE_MASK = OffHeap.PAGE_BYTES - 1;

    /// What one read at a time needs.
    private static final class Place {
        private final DiskQueue queue;
        private final MemorySegment memory;
        private final Checksum checksum = new Checksum();

        Place(DiskQueue queue) {
            this.queue = queue;
            memory = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, KEPT_BYTES);
        }

        void close() {
            queue.close();
            OffHeap.free(MemoryOwner.DISK_BUFFERS, memory);
        }
    }

    private final Disk disk;
    private final SegmentFiles files;
    private final Semaphore places = new Semaphore(READS_MAX);
    private final ConcurrentLinkedDeque<Place> idlePlaces = new ConcurrentLinkedDeque<>();
    private final LongAdder blocksRead = new LongAdder();
    private final LongAdder bytesRead = new LongAdder();
    private volatile boolean closed;

    BlockLoader(Disk disk, SegmentFiles files) {
        this.disk = disk;
        this.files = files;
    }

    @Override
    public CachedBlock load(BlockRef ref, BlockKind kind) throws IOException {
        places.acquireUninterruptibly();
        try {
            BrokenInvariant.check(!closed, "a block is read from a closed store");
            Place place = idlePlaces.pollFirst();
            if (place == null) {
                place = new Place(disk.openSharedQueue(1));
            }
            try {
                return load(ref, kind, place);
            } finally {
                // The warmest first: memory used a moment ago is still in the processor's caches.
                idlePlaces.addFirst(place);
            }
        } finally {
            places.release();
        }
    }

    private CachedBlock load(BlockRef ref, BlockKind kind, Place place) throws IOException {
        int segmentNumber = BlockAddress.segmentNumber(ref.address());
        SegmentFiles.Open open;
        try {
            open = files.borrow(segmentNumber);
        } catch (NoSuchFileException e) {
            throw BlockHeader.corrupt(files.path(segmentNumber), ref, kind, "there is no such file");
        }
        try {
            if (!open.isHeaderChecked()) {
                checkHeader(open, segmentNumber, place);
            }
            return load(ref, kind, place, open.file());
        } finally {
            files.giveBack(open);
        }
    }

    private static void checkHeader(SegmentFiles.Open open, int segmentNumber, Place place) throws IOException {
        DiskFile file = open.file();
        if (file.size() < SegmentHeader.BYTES) {
            throw new CorruptBlock(
                    "segment header of " + file.name() + ": the file has only " + file.size() + " bytes");
        }
        place.queue.readNow(file, 0, place.memory, SegmentHeader.BYTES);
        SegmentHeader.check(place.memory, file.name(), segmentNumber, place.checksum);
        open.setHeaderChecked();
    }

    private CachedBlock load(BlockRef ref, BlockKind kind, Place place, DiskFile file) throws IOException {
        long offset = BlockAddress.offset(ref.address());
        long until = offset + BlockHeader.blockBytes(ref.bytes());
        long firstPage = offset & ~PAGE_MASK;
        long afterLastPage = (until + PAGE_MASK) & ~PAGE_MASK;
        if (ref.bytes() <= 0 || offset < SegmentHeader.BYTES || offset % BlockHeader.ALIGNMENT_BYTES != 0) {
            throw BlockHeader.corrupt(file.name(), ref, kind, "no block can be there");
        }
        if (afterLastPage > file.size()) {
            throw BlockHeader.corrupt(file.name(), ref, kind, "the file ends at " + file.size());
        }
        long bytes = afterLastPage - firstPage;
        MemorySegment memory =
                bytes <= KEPT_BYTES ? place.memory : OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, bytes);
        try {
            place.queue.readNow(file, firstPage, memory, bytes);
            BlockHeader.check(memory, offset - firstPage, file.name(), ref, kind, place.checksum);
            blocksRead.increment();
            bytesRead.add(bytes);
            return new CachedBlock(kind, memory, offset - firstPage + BlockHeader.BYTES, ref.bytes());
        } finally {
            if (memory != place.memory) {
                OffHeap.free(MemoryOwner.DISK_BUFFERS, memory);
            }
        }
    }

    long blocksRead() {
        return blocksRead.sum();
    }

    long bytesRead() {
        return bytesRead.sum();
    }

    /// Waits for reads under way; later ones are refused.
    @Override
    public void close() {
        places.acquireUninterruptibly(READS_MAX);
        closed = true;
        places.release(READS_MAX);
        for (Place place = idlePlaces.poll(); place != null; place = idlePlaces.poll()) {
            place.close();
        }
    }
}
