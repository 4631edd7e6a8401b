package io.distil.storage.segment;

import io.distil.base.BrokenInvariant;
import io.distil.base.Checksum;
import io.distil.base.DiskFailed;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Appends blocks to segment files through a circle of buffers: while some are on their way to the disk, the next is
/// filled. One owner thread at a time.
///
/// A segment is a stream of bytes cut into buffers; blocks pay no attention to the cuts. Buffers are taken in turn, so
/// that the blocks on disk are always a prefix of those written, and one count says how far it reaches:
///
/// ```
/// buffers by ordinal:   … 6 │ 7      8      9   │ 10
///                   on disk │ in flight, in any │ being filled
///                           │ order             │
///                   firstUnwritten              filling
/// ```
///
/// A file is made larger in steps ahead of its writes and cut to its length at its end: writes that move the end of a
/// file wait for one another in the kernel, whatever the queue's depth (1.5 against 2.4 GB/s when measured).
///
/// Only {@link #sync} submits a buffer that is not full, padded with zeros to a page. No page is written twice.
///
/// After a write or sync has failed, what is on disk beyond the last sync is unknown. The writer then retires:
/// everything later fails with the first failure as its cause, and blocks not known to be on disk stay in memory for
/// their readers.
final class SegmentWriter implements AutoCloseable {
    /// Large enough that the device works at full speed with few of them in flight.
    static final int BUFFER_BYTES = 256 << 10;

    /// One being filled, the others in flight. More brought nothing when measured.
    static final int BUFFER_COUNT = 7;

    /// By how much a file is made larger. It costs no space: what is not written is a hole.
    private static final long GROWTH_BYTES = 16 << 20;

    private static final long PAGE_MASK = OffHeap.PAGE_BYTES - 1;
    private static final long SYNC_TOKEN = -1;
    private static final long WHOLE_FILE = -1;

    /// A block that is not on disk before the buffer with its last byte is.
    private record Waiting(BlockRef ref, long lastOrdinal) {}

    private final SegmentFiles files;
    private final BlockCache cache;
    private final long segmentBytes;
    private final DiskQueue queue;
    private final Checksum checksum = new Checksum();
    private final MemorySegment memory =
            OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, (long) BUFFER_BYTES * BUFFER_COUNT);
    private final MemorySegment[] buffers = new MemorySegment[BUFFER_COUNT];
    private final boolean[] inFlight = new boolean[BUFFER_COUNT];
    private final MemorySegment header = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, SegmentHeader.BYTES);
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final DiskQueue.Completion completion = this::completed;

    /// Segments written since the last sync, the present one last.
    private final List<DiskFile> unsyncedFiles = new ArrayList<>();

    private boolean isUnsynced;
    private boolean isDirectoryUnsynced;
    private int nextSegmentNumber;
    private DiskFile file;
    private int segmentNumber;

    /// Where the next byte goes in the file.
    private long offset;

    /// The file's size, ahead of the offset.
    private long fileBytes;

    private long filling;
    private int filledBytes;
    private long firstUnwritten;
    private long bytesInSegments;
    private volatile long blocksWritten;
    private volatile long bytesWritten;
    private long syncedOffset = WHOLE_FILE;
    private DiskFailed failure;

    /// @param bytesInSegments bytes of the segments that are there already
    SegmentWriter(
            Disk disk,
            SegmentFiles files,
            BlockCache cache,
            long segmentBytes,
            int nextSegmentNumber,
            long bytesInSegments)
            throws DiskFailed {
        this.files = files;
        this.cache = cache;
        this.segmentBytes = segmentBytes;
        this.nextSegmentNumber = nextSegmentNumber;
        this.bytesInSegments = bytesInSegments;
        for (int i = 0; i < BUFFER_COUNT; i++) {
            buffers[i] = memory.asSlice((long) i * BUFFER_BYTES, BUFFER_BYTES);
        }
        try {
            queue = disk.openSharedQueue(BUFFER_COUNT);
        } catch (DiskFailed e) {
            freeMemory();
            throw e;
        }
        queue.register(memory);
    }

    BlockRef write(BlockKind kind, long version, MemorySegment body, int bytes) throws IOException {
        requireHealth();
        long blockBytes = BlockHeader.blockBytes(bytes);
        if (bytes <= 0 || bytes > body.byteSize() || blockBytes > segmentBytes - SegmentHeader.BYTES) {
            throw new BrokenInvariant(
                    "a block of "
                            + bytes
                            + " bytes from "
                            + body.byteSize()
                            + ", wanted 1 to "
                            + (segmentBytes - SegmentHeader.BYTES - BlockHeader.BYTES));
        }
        if (file == null || offset + blockBytes > segmentBytes) {
            finishSegment();
            beginSegment();
        }
        BlockRef ref = new BlockRef(BlockAddress.of(segmentNumber, offset), bytes, version);
        CachedBlock block = new CachedBlock(kind, body, 0, bytes);
        try {
            BlockHeader.encode(header, kind, ref, block.body(), checksum);
            append(header, BlockHeader.BYTES);
            append(block.body(), bytes);
            appendZeros((int) (blockBytes - BlockHeader.BYTES - bytes));
        } catch (IOException | RuntimeException e) {
            block.close();
            throw e;
        }
        waiting.add(new Waiting(ref, filledBytes == 0 ? filling - 1 : filling));
        cache.addUnwritten(ref, block);
        blocksWritten++;
        return ref;
    }

    private void beginSegment() throws IOException {
        try {
            file = files.create(nextSegmentNumber);
        } catch (IOException e) {
            throw retire(e);
        }
        segmentNumber = nextSegmentNumber++;
        unsyncedFiles.add(file);
        isDirectoryUnsynced = true;
        offset = 0;
        fileBytes = 0;
        SegmentHeader.encode(header, segmentNumber, checksum);
        append(header, SegmentHeader.BYTES);
    }

    private void finishSegment() throws DiskFailed {
        padToPage();
        cut();
        file = null;
    }

    /// Cuts the file behind its last page. What is in flight lies before that.
    private void cut() throws DiskFailed {
        if (file != null && offset < fileBytes) {
            setFileBytes(offset);
        }
    }

    private void setFileBytes(long bytes) throws DiskFailed {
        try {
            file.truncate(bytes);
            fileBytes = bytes;
        } catch (IOException e) {
            throw retire(e);
        }
    }

    private void append(MemorySegment source, long bytes) throws DiskFailed {
        for (long done = 0; done < bytes; ) {
            int part = (int) Math.min(bytes - done, BUFFER_BYTES - filledBytes);
            MemorySegment.copy(source, done, fillingBuffer(), filledBytes, part);
            done += part;
            advance(part);
        }
    }

    private void appendZeros(long bytes) throws DiskFailed {
        for (long left = bytes; left > 0; ) {
            int part = (int) Math.min(left, BUFFER_BYTES - filledBytes);
            // Written, not skipped: no earlier tenant of the buffer may reach the disk.
            fillingBuffer().asSlice(filledBytes, part).fill((byte) 0);
            left -= part;
            advance(part);
        }
    }

    private void advance(int bytes) throws DiskFailed {
        filledBytes += bytes;
        offset += bytes;
        bytesInSegments += bytes;
        if (filledBytes == BUFFER_BYTES) {
            submit();
        }
    }

    private MemorySegment fillingBuffer() throws DiskFailed {
        int index = (int) (filling % BUFFER_COUNT);
        while (inFlight[index]) {
            await();
        }
        return buffers[index];
    }

    private void padToPage() throws DiskFailed {
        if (filledBytes > 0) {
            appendZeros(-filledBytes & PAGE_MASK);
        }
        if (filledBytes > 0) {
            submit();
        }
    }

    private void submit() throws DiskFailed {
        int index = (int) (filling % BUFFER_COUNT);
        if (offset > fileBytes) {
            setFileBytes(Math.min(segmentBytes, fileBytes + GROWTH_BYTES));
        }
        inFlight[index] = true;
        isUnsynced = true;
        queue.write(file, offset - filledBytes, buffers[index], filledBytes, false, index);
        bytesWritten += filledBytes;
        filling++;
        filledBytes = 0;
        try {
            queue.poll(completion);
        } catch (DiskFailed e) {
            throw retire(e);
        }
        requireHealth();
    }

    private void await() throws DiskFailed {
        try {
            queue.await(completion);
        } catch (DiskFailed e) {
            throw retire(e);
        }
        requireHealth();
    }

    private void completed(long token, DiskFailed failed) {
        if (failed != null) {
            retire(failed);
        }
        if (token == SYNC_TOKEN) {
            return;
        }
        inFlight[(int) token] = false;
        if (failure == null) {
            releaseWritten();
        }
    }

    /// Lets go of the blocks that are on disk now. After a failure none is: the prefix ends there for good.
    private void releaseWritten() {
        while (firstUnwritten < filling && !inFlight[(int) (firstUnwritten % BUFFER_COUNT)]) {
            firstUnwritten++;
        }
        while (!waiting.isEmpty() && waiting.peek().lastOrdinal() < firstUnwritten) {
            cache.written(waiting.remove().ref());
        }
    }

    SegmentMark sync() throws IOException {
        requireHealth();
        padToPage();
        if (isUnsynced) {
            syncFiles();
        }
        return new SegmentMark(nextSegmentNumber, bytesInSegments);
    }

    private void syncFiles() throws IOException {
        while (queue.inFlight() > 0) {
            await();
        }
        for (DiskFile unsynced : unsyncedFiles) {
            queue.sync(unsynced, SYNC_TOKEN);
            while (queue.inFlight() > 0) {
                await();
            }
        }
        if (isDirectoryUnsynced) {
            try {
                files.syncDirectory();
            } catch (IOException e) {
                throw retire(e);
            }
            isDirectoryUnsynced = false;
        }
        isUnsynced = false;
        syncedOffset = file == null ? WHOLE_FILE : offset;
        closeFinished();
    }

    /// All files but the present one are done with.
    private void closeFinished() throws IOException {
        for (DiskFile synced : unsyncedFiles) {
            if (synced != file) {
                synced.close();
            }
        }
        unsyncedFiles.clear();
        if (file != null) {
            unsyncedFiles.add(file);
        }
    }

    /// Bytes that the last sync covered of the segment with the highest number; negative if that is all of its file.
    long syncedOffset() {
        return syncedOffset;
    }

    private void requireHealth() throws DiskFailed {
        if (failure != null) {
            throw new DiskFailed(
                    "no more blocks are written since: " + failure.getMessage(), failure.isFull(), failure);
        }
    }

    private DiskFailed retire(IOException e) {
        DiskFailed failed = e instanceof DiskFailed d ? d : new DiskFailed(e.toString(), e);
        if (failure == null) {
            failure = failed;
        }
        return failed;
    }

    long bytesInSegments() {
        return bytesInSegments;
    }

    long blocksWritten() {
        return blocksWritten;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    /// Waits for what is in flight; syncs nothing.
    @Override
    public void close() throws IOException {
        try {
            queue.close();
            if (failure == null) {
                offset -= filledBytes;
                cut();
            }
        } finally {
            freeMemory();
            for (DiskFile open : unsyncedFiles) {
                open.close();
            }
        }
    }

    private void freeMemory() {
        OffHeap.free(MemoryOwner.DISK_BUFFERS, memory);
        OffHeap.free(MemoryOwner.DISK_BUFFERS, header);
    }
}
