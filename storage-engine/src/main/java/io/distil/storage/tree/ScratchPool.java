package io.distil.storage.tree;

import io.distil.storage.segment.BlockReader;

import java.util.ArrayDeque;

/// Keeps the scratch space of finished queries for the next ones. Safe for use by many threads: one short lock when a query
/// begins and one when it ends.
final class ScratchPool {
    /// More idle ones than this are left to the garbage collector.
    private static final int IDLE_MAX = 16;

    /// A scratch space that had to hold more points than this (many duplicates of one time) is not kept.
    private static final int KEPT_POINTS_MAX = 1 << 16;

    private final BlockReader reader;
    private final TreeShape shape;
    private final LeafPartsCache parts = new LeafPartsCache();
    private final ArrayDeque<Scratch> idle = new ArrayDeque<>();

    ScratchPool(BlockReader reader, TreeShape shape) {
        this.reader = reader;
        this.shape = shape;
    }

    Scratch take() {
        synchronized (idle) {
            Scratch kept = idle.pollLast();
            if (kept != null) {
                return kept;
            }
        }
        return new Scratch(reader, shape, parts);
    }

    void giveBack(Scratch scratch) {
        if (scratch.isOversized(KEPT_POINTS_MAX)) {
            return;
        }
        synchronized (idle) {
            if (idle.size() < IDLE_MAX) {
                idle.addLast(scratch);
            }
        }
    }
}
