package io.distil.storage.segment;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/// Blocks in memory: those kept to be read again, chosen by Caffeine's policy and bounded by bytes, and those not on
/// disk yet, which must be found here because they are nowhere else. Safe for many threads.
///
/// Keyed by the whole reference, so that one with the right address and the wrong version or length is no hit: it goes
/// to disk and is found out there. The kind is not in it and is compared.
///
/// A block evicted between being found and being held is gone ({@link CachedBlock#retain} fails) and is looked for
/// again. The thread that loads a block holds it before the cache can drop it, so a cache that is too small for
/// anything still serves.
final class BlockCache implements AutoCloseable {
    /// Brings a block from disk, held once.
    interface Loader {
        CachedBlock load(BlockRef ref, BlockKind kind) throws IOException;

        /// Brings those of the blocks that are sound, each held once, with few reads.
        void loadMany(List<BlockRef> refs, BlockKind kind, BiConsumer<BlockRef, CachedBlock> taker) throws IOException;
    }

    /// What is new must live in a hundredth of the cache until it has proved useful; several scans' reading ahead should fit.
    private static final long FETCHING_CAPACITY_BYTES = 64 << 20;

    private final long capacityBytes;
    private final Cache<BlockRef, CachedBlock> cache;
    private final ConcurrentHashMap<BlockRef, CachedBlock> unwritten = new ConcurrentHashMap<>();
    private final Loader loader;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    BlockCache(long capacityBytes, Loader loader) {
        this.capacityBytes = capacityBytes;
        this.loader = loader;
        // Evictions run in the thread that causes them: no pool, and memory never lags behind the bound.
        cache =
                Caffeine.newBuilder()
                        .maximumWeight(capacityBytes)
                        .weigher((BlockRef ref, CachedBlock block) -> block.weightBytes())
                        .removalListener((BlockRef ref, CachedBlock block, RemovalCause cause) -> block.close())
                        .executor(Runnable::run)
                        .build();
    }

    /// The block, held for the caller.
    CachedBlock get(BlockRef ref, BlockKind kind) throws IOException {
        CachedBlock block = cache.getIfPresent(ref);
        if (block != null && block.retain()) {
            hits.increment();
        } else {
            misses.increment();
            block = find(ref, kind);
        }
        if (block.kind() != kind) {
            BlockKind found = block.kind();
            block.close();
            String fileName = SegmentFiles.fileName(BlockAddress.segmentNumber(ref.address()));
            throw BlockHeader.corrupt(fileName, ref, kind, "kind " + found + " found");
        }
        return block;
    }

    private CachedBlock find(BlockRef ref, BlockKind kind) throws IOException {
        CachedBlock[] loaded = new CachedBlock[1];
        while (true) {
            CachedBlock block;
            try {
                block = cache.get(ref, wanted -> foundOrLoaded(wanted, kind, loaded));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            if (loaded[0] != null) {
                return loaded[0];
            }
            if (block.retain()) {
                return block;
            }
        }
    }

    /// Runs once for all threads that want the block at this moment. Returns it held for the cache.
    private CachedBlock foundOrLoaded(BlockRef ref, BlockKind kind, CachedBlock[] loaded) {
        CachedBlock waiting = unwritten.get(ref);
        if (waiting != null && waiting.retain()) {
            return waiting;
        }
        try {
            CachedBlock block = loader.load(ref, kind);
            block.retain();
            loaded[0] = block;
            return block;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Loads those of the blocks that are not here, unless the cache is so small that they would drive each other out before
    /// they are read.
    void fetch(List<BlockRef> refs, BlockKind kind) throws IOException {
        if (capacityBytes < FETCHING_CAPACITY_BYTES) {
            return;
        }
        List<BlockRef> missing = new ArrayList<>(refs.size());
        for (BlockRef ref : refs) {
            if (cache.getIfPresent(ref) == null && !unwritten.containsKey(ref)) {
                missing.add(ref);
            }
        }
        if (!missing.isEmpty()) {
            loader.loadMany(missing, kind, this::put);
        }
    }

    private void put(BlockRef ref, CachedBlock block) {
        if (cache.asMap().putIfAbsent(ref, block) != null) {
            block.close();
        }
    }

    /// Takes over a new block, held once, and keeps it at least until {@link #written}.
    void addUnwritten(BlockRef ref, CachedBlock block) {
        block.retain();
        unwritten.put(ref, block);
        cache.put(ref, block);
    }

    /// The block is on disk: from now on it may be dropped.
    void written(BlockRef ref) {
        unwritten.remove(ref).close();
    }

    long hits() {
        return hits.sum();
    }

    long misses() {
        return misses.sum();
    }

    long cachedBytes() {
        return cache.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }

    /// Lets go of everything; blocks that readers hold live until they are closed. No reader may come any more.
    @Override
    public void close() {
        cache.invalidateAll();
        cache.cleanUp();
        unwritten.values().forEach(CachedBlock::close);
        unwritten.clear();
    }
}
