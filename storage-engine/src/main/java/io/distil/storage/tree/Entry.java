package io.distil.storage.tree;

import io.distil.base.BrokenInvariant;
import io.distil.base.Statistics;
import io.distil.base.Times;
import io.distil.storage.segment.BlockRef;

/// What a node knows of one block below it. Commits and checks handle entries as objects, one per block; queries read them
/// in place through {@link EntryDescriptor}.
///
/// @param first time of the first point below
/// @param last time of the last point below
/// @param statistics of all points below, never empty
/// @param block where the leaf or the node lies
/// @param pageEntryCount how many entries the node has; 0 says that the block is a leaf
record Entry(long first, long last, Statistics statistics, BlockRef block, int pageEntryCount) {
    Entry {
        if (first > last || !Times.isLegal(first) || !Times.isLegal(last)) {
            throw new BrokenInvariant("entry from " + first + " to " + last);
        }
        if (statistics.count() <= 0 || pageEntryCount < 0 || pageEntryCount == 1) {
            throw new BrokenInvariant(
                    "entry with " + statistics.count() + " points and a page of " + pageEntryCount + " entries");
        }
    }

    boolean isLeaf() {
        return pageEntryCount == 0;
    }

    long count() {
        return statistics.count();
    }
}
