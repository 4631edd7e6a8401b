package io.distil.storage.tree;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.BlockRef;

import java.io.IOException;

/// The parts of leaves that were asked for lately, on the heap, bounded by bytes. Safe for use by many threads. A block never
/// changes, so there is nothing to invalidate.
final class LeafPartsCache {
    /// Enough for all leaves of about fifty million points.
    private static final long BYTES_MAX = 32L << 20;

    /// The objects around a page, by their layout: page, record, key and the cache's node.
    private static final int OVERHEAD_BYTES = 208;

    private final Cache<BlockRef, LeafParts> cache =
            Caffeine.newBuilder()
                    .maximumWeight(BYTES_MAX)
                    .weigher((BlockRef leaf, LeafParts parts) -> (int) parts.page().byteSize() + OVERHEAD_BYTES)
                    .executor(Runnable::run)
                    .build();

    /// The parts of a leaf; its points pass through `scratch.base` if they are not known.
    LeafParts of(BlockRef leaf, long pointCount, Scratch scratch) throws IOException {
        LeafParts parts = cache.getIfPresent(leaf);
        if (parts == null) {
            LeafPoints points = scratch.base;
            points.clear();
            scratch.leaves.read(leaf, pointCount, points);
            parts = LeafParts.of(points);
            cache.put(leaf, parts);
        }
        return parts;
    }
}
