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
/// open(next = 7)   segments 0…6 as they are; 7 and later are debris of an earlier run and deleted
/// write            segment 7 is created, filled, then 8, …
/// sync             → SegmentMark(9, …), to be kept in the checkpoint
/// write            goes on in segment 8
/// crash, open(9)   segment 8 holds what was synced and perhaps more, which nobody refers to
/// ```
public final class BlockStore implements BlockReader, BlockWriter, AutoCloseable {
    private final SegmentFiles files;
    private final BlockLoader loader;
    private final BlockCache cache;
    private final SegmentWriter writer;
    private boolean closed;

    private BlockStore(SegmentFiles files, BlockLoader loader, BlockCache cache, SegmentWriter writer) {
        this.files = files;
        this.loader = loader;
        this.cache = cache;
        this.writer = writer;
    }

    /// Opens the store in `directory` of `disk`, and creates it where missing.
    ///
    /// @param nextSegmentNumber from the last checkpoint's {@link SegmentMark}; 0 for a new store. Segments from it on
    ///     are deleted.
    public static BlockStore open(Disk disk, String directory, BlockStoreOptions options, int nextSegmentNumber)
            throws IOException {
        BrokenInvariant.check(nextSegmentNumber >= 0, "next segment number " + nextSegmentNumber);
        SegmentFiles files = new SegmentFiles(disk, directory);
        long bytes = files.deleteFrom(nextSegmentNumber);
        BlockLoader loader = new BlockLoader(disk, files);
        BlockCache cache = new BlockCache(options.cacheBytes(), loader);
        SegmentWriter writer = new SegmentWriter(disk, files, cache, options.segmentBytes(), nextSegmentNumber, bytes);
        return new BlockStore(files, loader, cache, writer);
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

    /// Makes every block written so far durable. For the thread that writes.
    ///
    /// @return what the next open needs to know
    /// @throws io.distil.base.DiskFailed if the disk refused, now or before; what is durable is then the last mark
    public SegmentMark sync() throws IOException {
        return writer.sync();
    }

    /// The block, pinned until it is closed: exactly once.
    @Override
    public Block read(BlockRef ref, BlockKind kind) throws IOException {
        return cache.get(ref, kind);
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
