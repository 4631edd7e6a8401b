package io.distil.storage.store;

import io.distil.storage.keyed.KeyedTree;
import io.distil.storage.segment.BlockStoreOptions;

import java.util.UUID;
import java.util.function.Supplier;

/// How a store is opened.
///
/// @param blocks the cache and the size of segment files
/// @param keyedBlockBytesMax what blocks of the keyed tree are filled up to; may differ from one opening to the next
/// @param newStoreId gives the id of a store that has to be made
public record StoreOptions(BlockStoreOptions blocks, int keyedBlockBytesMax, Supplier<UUID> newStoreId) {
    /// Enough for the inner nodes of a good many series; the daemon sets it from its memory budget.
    private static final long DEFAULT_CACHE_BYTES = 256L << 20;

    public static final StoreOptions DEFAULT = ofCacheBytes(DEFAULT_CACHE_BYTES);

    /// @param cacheBytes off-heap memory for blocks kept to be read again
    public static StoreOptions ofCacheBytes(long cacheBytes) {
        return new StoreOptions(
                BlockStoreOptions.ofCacheBytes(cacheBytes), KeyedTree.DEFAULT_BLOCK_BYTES_MAX, UUID::randomUUID);
    }
}
