package io.distil.storage.tree;

import io.distil.base.StatisticsAccumulator;
import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Node pages as lists of entries, for commits and checks, which look at few pages and at all of their entries.
final class Pages {
    private Pages() {}

    static List<Entry> read(BlockReader reader, Entry node) throws IOException {
        try (Block block = reader.read(node.block(), BlockKind.SERIES_NODE)) {
            EntryWalker.checkPage(node.block(), block.body(), node.pageEntryCount());
            List<Entry> entries = new ArrayList<>(node.pageEntryCount());
            for (int i = 0; i < node.pageEntryCount(); i++) {
                entries.add(EntryDescriptor.decode(block.body(), i));
            }
            return entries;
        }
    }

    /// True for the node over the leaves of a single nanosecond that has too many duplicates for its neighbours' page. It
    /// is treated as if it were one leaf: never opened into another page.
    static boolean isDuplicatesNode(Entry entry, TreeShape shape) {
        return entry.pageEntryCount() > shape.entriesMax();
    }

    /// Adds up in the order of the entries, so that equal content gives equal bits.
    static void sum(List<Entry> entries, StatisticsAccumulator sum) {
        sum.reset();
        for (Entry entry : entries) {
            sum.add(entry.statistics());
        }
    }

    /// The index of the first entry that begins at or after `time`.
    static int firstBeginningAtOrAfter(List<Entry> entries, long time) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).first() < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
