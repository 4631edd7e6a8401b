package io.distil.storage.segment;

import io.distil.storage.ring.Disk;

import java.io.IOException;

/// Reads the segments of a directory and changes nothing there: for tools that look at a store, sound or not. Safe for use
/// by many threads.
public final class SegmentReader implements BlockReader, AutoCloseable {
    private final Disk disk;
    private final SegmentFiles files;
    private final BlockLoader loader;
    private final BlockCache cache;

    /// @param cacheBytes off-heap memory for blocks kept to be read again
    public SegmentReader(Disk disk, String directory, long cacheBytes) {
        this.disk = disk;
        files = new SegmentFiles(disk, directory);
        loader = new BlockLoader(disk, files);
        cache = new BlockCache(cacheBytes, loader);
    }

    @Override
    public Block read(BlockRef ref, BlockKind kind) throws IOException {
        return cache.get(ref, kind);
    }

    /// Finds every block of a segment without any reference to it.
    public SegmentSummary walk(int segmentNumber) throws IOException {
        try (SegmentWalk walk = new SegmentWalk(disk, files, loader, segmentNumber)) {
            return walk.summary();
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
        cache.close();
        files.close();
    }
}
