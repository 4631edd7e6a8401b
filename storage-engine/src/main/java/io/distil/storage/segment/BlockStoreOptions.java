package io.distil.storage.segment;

import io.distil.base.BrokenInvariant;
import io.distil.base.memory.OffHeap;

/// How a block store is built.
///
/// @param cacheBytes the most off-heap memory of blocks kept to be read again; blocks in use or not yet on disk come on
///     top
/// @param segmentBytes where a segment file ends, whole pages, at least two
public record BlockStoreOptions(long cacheBytes, long segmentBytes) {
    /// Large enough that a hundred terabytes are few files, small enough that a cleaner can move one.
    public static final long DEFAULT_SEGMENT_BYTES = 256L << 20;

    public BlockStoreOptions {
        BrokenInvariant.check(cacheBytes >= 0, "a cache of " + cacheBytes + " bytes");
        BrokenInvariant.check(
                segmentBytes >= 2L * OffHeap.PAGE_BYTES
                        && segmentBytes % OffHeap.PAGE_BYTES == 0
                        && segmentBytes <= BlockAddress.OFFSET_MAX,
                "segments of " + segmentBytes + " bytes, wanted whole pages, two to " + BlockAddress.OFFSET_MAX);
    }

    public static BlockStoreOptions ofCacheBytes(long cacheBytes) {
        return new BlockStoreOptions(cacheBytes, DEFAULT_SEGMENT_BYTES);
    }
}
