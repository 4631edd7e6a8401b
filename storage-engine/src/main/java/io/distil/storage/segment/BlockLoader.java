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
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/// Reads blocks from disk and checks them. Safe for many threads.
///
/// A read needs a queue and page-aligned memory. Both are taken from a pool and not bound to threads: readers may be
/// many and short-lived, and the pool's size is the most that reads of blocks may have in flight.
final class BlockLoader implements BlockCache.Loader, AutoCloseable {
    /// Reads in flight at most: enough to keep one device busy.
    private static final int READS_MAX = 16;

    /// The memory each place keeps; a larger block gets its own for the time of the read. A device is as fast with reads of
    /// this size as with larger ones.
    private static final int KEPT_BYTES = 256 << 10;

    /// Blocks this far apart are still worth one read: the device moves so much in the time it takes to begin another.
    private static final int GAP_BYTES_MAX = 32 << 10;

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

    /// What is done with a place.
    private interface Use<T> {
        T with(Place place) throws IOException;
    }

    /// What is done with an open segment.
    private interface FileUse<T> {
        T with(DiskFile file) throws IOException;
    }

    @Override
    public CachedBlock load(BlockRef ref, BlockKind kind) throws IOException {
        return inPlace(place -> inSegment(ref, kind, place, file -> load(ref, kind, place, file)));
    }

    @Override
    public void loadMany(List<BlockRef> refs, BlockKind kind, BiConsumer<BlockRef, CachedBlock> taker)
            throws IOException {
        inPlace(place -> {
            for (int from = 0, until; from < refs.size(); from = until) {
                until = endOfRun(refs, from);
                List<BlockRef> run = refs.subList(from, until);
                try {
                    inSegment(run.getFirst(), kind, place, file -> loadRun(run, kind, place, file, taker));
                } catch (CorruptBlock e) {
                    // Found out again, and told, by whoever reads the block.
                }
            }
            return null;
        });
    }

    private <T> T inPlace(Use<T> use) throws IOException {
        places.acquireUninterruptibly();
        try {
            BrokenInvariant.check(!closed, "a block is read from a closed store");
            Place place = idlePlaces.pollFirst();
            if (place == null) {
                place = new Place(disk.openSharedQueue(1));
            }
            try {
                return use.with(place);
            } finally {
                // The warmest first: memory used a moment ago is still in the processor's caches.
                idlePlaces.addFirst(place);
            }
        } finally {
            places.release();
        }
    }

    private <T> T inSegment(BlockRef ref, BlockKind kind, Place place, FileUse<T> use) throws IOException {
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
            return use.with(open.file());
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
        long firstPage = firstPage(ref);
        long afterLastPage = afterLastPage(ref);
        if (!isPossible(ref)) {
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

    /// The blocks from `from` on that one read brings: in one segment, ascending, near each other, and small enough together.
    private static int endOfRun(List<BlockRef> refs, int from) {
        BlockRef first = refs.get(from);
        BlockRef last = first;
        for (int i = from + 1; i < refs.size(); i++) {
            BlockRef next = refs.get(i);
            long gap = next.address() - (last.address() + BlockHeader.blockBytes(last.bytes()));
            boolean sameSegment =
                    BlockAddress.segmentNumber(next.address()) == BlockAddress.segmentNumber(first.address());
            if (!sameSegment
                    || gap < 0
                    || gap > GAP_BYTES_MAX
                    || !isPossible(next)
                    || afterLastPage(next) - firstPage(first) > KEPT_BYTES) {
                return i;
            }
            last = next;
        }
        return refs.size();
    }

    private Void loadRun(
            List<BlockRef> run, BlockKind kind, Place place, DiskFile file, BiConsumer<BlockRef, CachedBlock> taker)
            throws IOException {
        long firstPage = firstPage(run.getFirst());
        long bytes = afterLastPage(run.getLast()) - firstPage;
        if (run.size() == 1 || !isPossible(run.getFirst()) || firstPage + bytes > file.size()) {
            // One alone gains nothing, and a run that cannot be there is told by the reads of its blocks.
            return null;
        }
        place.queue.readNow(file, firstPage, place.memory, bytes);
        bytesRead.add(bytes);
        for (BlockRef ref : run) {
            long offset = BlockAddress.offset(ref.address()) - firstPage;
            BlockHeader.check(place.memory, offset, file.name(), ref, kind, place.checksum);
            blocksRead.increment();
            taker.accept(ref, new CachedBlock(kind, place.memory, offset + BlockHeader.BYTES, ref.bytes()));
        }
        return null;
    }

    /// False for references that no block ever had.
    private static boolean isPossible(BlockRef ref) {
        long offset = BlockAddress.offset(ref.address());
        return ref.bytes() > 0 && offset >= SegmentHeader.BYTES && offset % BlockHeader.ALIGNMENT_BYTES == 0;
    }

    private static long firstPage(BlockRef ref) {
        return BlockAddress.offset(ref.address()) & ~PAGE_MASK;
    }

    private static long afterLastPage(BlockRef ref) {
        long until = BlockAddress.offset(ref.address()) + BlockHeader.blockBytes(ref.bytes());
        return (until + PAGE_MASK) & ~PAGE_MASK;
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
