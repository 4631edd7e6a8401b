package io.distil.storage.segment;

import io.distil.base.BrokenInvariant;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Blocks in append-only segment files of one directory, with a cache over them.
///
/// Many threads may read; one at a time writes and syncs. A block can be read as soon as it is written; it survives a
/// power cut once a later {@link #sync} has returned. Nothing that a sync covered is ever written again:
///
/// ```
/// open(next = 7)   segments 0…6 as they are; 7 and later, say 7 and 8, are debris of an earlier run
/// deleteDebris     7 and 8 are gone; the first sync does this too
/// write            segment 9 is created, filled, then 10, …
/// sync             → SegmentMark(11, …), to be kept in the checkpoint
/// write            goes on in segment 10
/// crash, open(11)  segment 10 holds what was synced and perhaps more, which nobody refers to
/// ```
///
/// Debris is not deleted by the opening itself: should its owner find, by other files, that it must not go on, then
/// nothing was changed.
public final class BlockStore implements BlockReader, BlockWriter, AutoCloseable {
    private final SegmentFiles files;
    private final BlockLoader loader;
    private final BlockCache cache;
    private final SegmentWriter writer;
    private List<Integer> debris;
    private boolean closed;

    private BlockStore(
            SegmentFiles files, BlockLoader loader, BlockCache cache, SegmentWriter writer, List<Integer> debris) {
        this.files = files;
        this.loader = loader;
        this.cache = cache;
        this.writer = writer;
        this.debris = debris;
    }

    /// Opens the store in `directory` of `disk`, and creates it where missing.
    ///
    /// @param nextSegmentNumber from the last checkpoint's {@link SegmentMark}; 0 for a new store. Segments from it on
    ///     are debris.
    public static BlockStore open(Disk disk, String directory, BlockStoreOptions options, int nextSegmentNumber)
            throws IOException {
        BrokenInvariant.check(nextSegmentNumber >= 0, "next segment number " + nextSegmentNumber);
        SegmentFiles files = new SegmentFiles(disk, directory);
        long bytes = files.bytes(nextSegmentNumber);
        List<Integer> debris =
                segmentNumbers(disk, directory).stream().filter(number -> number >= nextSegmentNumber).toList();
        int firstNumber = debris.isEmpty() ? nextSegmentNumber : debris.getLast() + 1;
        BlockLoader loader = new BlockLoader(disk, files);
        BlockCache cache = new BlockCache(options.cacheBytes(), loader);
        SegmentWriter writer = new SegmentWriter(disk, files, cache, options.segmentBytes(), firstNumber, bytes);
        return new BlockStore(files, loader, cache, writer, debris);
    }

    /// The name of a segment's file in its directory.
    public static String fileName(int segmentNumber) {
        return SegmentFiles.fileName(segmentNumber);
    }

    /// The numbers of the segment files in `directory`, ascending.
    public static List<Integer> segmentNumbers(Disk disk, String directory) throws IOException {
        return SegmentFiles.numbers(disk, directory);
    }

    /// Once a write or sync has failed, this fails for good; reads go on.
    ///
    /// @throws io.distil.base.DiskFailed if the disk refused, now or before
    @Override
    public BlockRef write(BlockKind kind, long version, MemorySegment body, int bytes) throws IOException {
        return writer.write(kind, version, body, bytes);
    }

    /// Deletes what a crash left behind the last mark. For the thread that writes.
    public void deleteDebris() throws IOException {
        files.delete(debris);
        debris = List.of();
    }

    /// Bytes of all segments, debris left out. For the thread that writes.
    public long bytes() {
        return writer.bytesInSegments();
    }

    /// Makes every block written so far durable. For the thread that writes. Deletes debris first: a mark behind it would
    /// make it part of the store.
    ///
    /// @return what the next open needs to know
    /// @throws io.distil.base.DiskFailed if the disk refused, now or before; what is durable is then the last mark
    public SegmentMark sync() throws IOException {
        deleteDebris();
        return writer.sync();
    }

    /// How much of the last segment the last {@link #sync} covered; negative if that is all of its file. For the thread that
    /// writes.
    public long syncedBytesOfLastSegment() {
        return writer.syncedOffset();
    }

    /// The segments that a sync covered, ascending. Any thread, also while others are being written.
    ///
    /// @param nextSegmentNumber of the sync's mark
    /// @param bytesOfLast what {@link #syncedBytesOfLastSegment} was after it; negative in a store that was just opened
    public List<SegmentExtent> extents(int nextSegmentNumber, long bytesOfLast) throws IOException {
        List<SegmentExtent> extents = files.extents(nextSegmentNumber);
        if (bytesOfLast >= 0 && !extents.isEmpty()) {
            extents.set(extents.size() - 1, new SegmentExtent(nextSegmentNumber - 1, bytesOfLast));
        }
        return extents;
    }

    /// The block, pinned until it is closed: exactly once.
    @Override
    public Block read(BlockRef ref, BlockKind kind) throws IOException {
        return cache.get(ref, kind);
    }

    @Override
    public void readAhead(List<BlockRef> refs, BlockKind kind) throws IOException {
        cache.fetch(refs, kind);
    }

    public BlockStoreStatistics statistics() {
        return new BlockStoreStatistics(
                cache.hits(),
                cache.misses(),
                loader.blocksRead(),
                loader.bytesRead(),
                writer.blocksWritten(),
                writer.bytesWritten(),
                cache.cachedBytes());
    }

    /// Gives everything back, after the last reader and the writer; syncs nothing. Blocks still pinned live until they
    /// are closed.
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (files;
                cache;
                writer) {
            loader.close();
        }
    }
}
