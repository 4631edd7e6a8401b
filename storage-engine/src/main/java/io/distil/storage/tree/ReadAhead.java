package io.distil.storage.tree;

import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Announces the leaves a scan is coming to, because a read of one costs the device nearly as much as one of thirty in a row.
/// A scan that ends soon should not pay for that, so it begins with the first leaf alone and doubles from there.
final class ReadAhead {
    private static final int LEAVES_MAX = 32;

    private final BlockReader reader;
    private final List<BlockRef> refs = new ArrayList<>(LEAVES_MAX);
    private int leafCount = 1;
    private long announcedUntil = Long.MIN_VALUE;

    ReadAhead(BlockReader reader) {
        this.reader = reader;
    }

    /// To be called before the walker's leaf is read.
    ///
    /// @param until leaves that begin there or later are not wanted
    void beforeLeaf(EntryWalker walker, long until) throws IOException {
        if (walker.last() < announcedUntil) {
            return;
        }
        refs.clear();
        announcedUntil = walker.addLeavesAhead(until, leafCount, refs) + 1;
        if (refs.size() > 1) {
            reader.readAhead(refs, BlockKind.SERIES_LEAF);
        }
        leafCount = Math.min(2 * leafCount, LEAVES_MAX);
    }
}
