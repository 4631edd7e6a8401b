package io.distil.storage.tree;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.StatisticsAccumulator;
import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Stands on one entry of a tree and moves forward in time order: past it with {@link #advance}, or into the node it
/// describes with {@link #enter}. Reads the entries in place; the nodes on the path stay pinned. One owner thread.
///
/// The first entry is the root's own, so that a whole tree can be taken by its statistics without reading a block.
final class EntryWalker implements AutoCloseable {
    /// A node covers more than one time slot than the nodes in it, and there are 62 halvings; one more for the root's entry,
    /// one for the duplicates of a nanosecond, and one for the parts of a leaf.
    private static final int DEPTH_MAX = 65;

    private final BlockReader reader;
    private final Block[] blocks = new Block[DEPTH_MAX];
    private final MemorySegment[] pages = new MemorySegment[DEPTH_MAX];
    private final int[] sizes = new int[DEPTH_MAX];
    private final int[] indexes = new int[DEPTH_MAX];
    private int depth = -1;

    EntryWalker(BlockReader reader, SeriesRoot root) {
        this.reader = reader;
        if (!root.isEmpty()) {
            MemorySegment page = MemorySegment.ofArray(new byte[SeriesRoot.ENCODED_BYTES]);
            root.encode(page, 0);
            depth = 0;
            pages[0] = page;
            sizes[0] = 1;
            indexes[0] = 0;
        }
    }

    boolean isAtEnd() {
        return depth < 0;
    }

    long first() {
        return EntryDescriptor.first(pages[depth], indexes[depth]);
    }

    long last() {
        return EntryDescriptor.last(pages[depth], indexes[depth]);
    }

    long count() {
        return EntryDescriptor.count(pages[depth], indexes[depth]);
    }

    double min() {
        return EntryDescriptor.min(pages[depth], indexes[depth]);
    }

    double mean() {
        return EntryDescriptor.mean(pages[depth], indexes[depth]);
    }

    double max() {
        return EntryDescriptor.max(pages[depth], indexes[depth]);
    }

    double m2() {
        return EntryDescriptor.m2(pages[depth], indexes[depth]);
    }

    /// How many entries of this page, from the current one on, end before `end`.
    int countEndingBefore(long end) {
        MemorySegment page = pages[depth];
        int index = indexes[depth];
        int size = sizes[depth];
        while (index < size && EntryDescriptor.last(page, index) < end) {
            index++;
        }
        return index - indexes[depth];
    }

    /// The last time of the entry `distance` behind the current one, in the same page.
    long last(int distance) {
        return EntryDescriptor.last(pages[depth], indexes[depth] + distance);
    }

    /// Adds up the current entry and those behind it, `entryCount` in all, of the same page.
    void sum(int entryCount, StatisticsAccumulator sum) {
        EntryDescriptor.sum(pages[depth], indexes[depth], indexes[depth] + entryCount, sum);
    }

    boolean isLeaf() {
        return EntryDescriptor.pageEntryCount(pages[depth], indexes[depth]) == 0;
    }

    long address() {
        return EntryDescriptor.address(pages[depth], indexes[depth]);
    }

    BlockRef block() {
        return EntryDescriptor.block(pages[depth], indexes[depth]);
    }

    /// Adds the blocks of the current leaf and of the leaves behind it in the same page that begin before `until`, at most
    /// `countMax` in all.
    ///
    /// @return the last time of the last of them
    long addLeavesAhead(long until, int countMax, List<BlockRef> refs) {
        MemorySegment page = pages[depth];
        int index = indexes[depth];
        int end = Math.min(sizes[depth], index + countMax);
        do {
            refs.add(EntryDescriptor.block(page, index));
            index++;
        } while (index < end
                && EntryDescriptor.pageEntryCount(page, index) == 0
                && EntryDescriptor.first(page, index) < until);
        return EntryDescriptor.last(page, index - 1);
    }

    /// Moves past the current entry and all below it.
    void advance() {
        advance(1);
    }

    /// Moves past the current entry and those behind it, `entryCount` in all, of the same page.
    void advance(int entryCount) {
        indexes[depth] += entryCount;
        while (depth >= 0 && indexes[depth] == sizes[depth]) {
            leavePage();
            if (depth >= 0) {
                indexes[depth]++;
            }
        }
    }

    /// Moves into the current node, to its first entry that ends at or after `time`; past the node if there is none.
    void enter(long time) throws IOException {
        BrokenInvariant.check(!isLeaf(), "a leaf has no entries to enter");
        BrokenInvariant.check(depth + 1 < DEPTH_MAX, "a series tree is deeper than " + DEPTH_MAX + " nodes");
        BlockRef ref = block();
        int wanted = EntryDescriptor.pageEntryCount(pages[depth], indexes[depth]);
        Block block = reader.read(ref, BlockKind.SERIES_NODE);
        depth++;
        blocks[depth] = block;
        pages[depth] = block.body();
        sizes[depth] = wanted;
        checkPage(ref, pages[depth], wanted);
        indexes[depth] = firstEndingAtOrAfter(time);
        if (indexes[depth] == wanted) {
            indexes[depth]--;
            advance();
        }
    }

    /// Moves into the current leaf as if it were a node over `parts` of it.
    void enter(LeafParts parts) {
        depth++;
        pages[depth] = parts.page();
        sizes[depth] = parts.count();
        indexes[depth] = 0;
    }

    static void checkPage(BlockRef ref, MemorySegment page, int entryCount) throws CorruptBlock {
        if (page.byteSize() != (long) entryCount * EntryDescriptor.ENTRY_BYTES) {
            throw new CorruptBlock(
                    "node "
                            + ref
                            + " has "
                            + page.byteSize()
                            + " bytes, its parent says "
                            + entryCount
                            + " entries of "
                            + EntryDescriptor.ENTRY_BYTES
                            + " bytes");
        }
    }

    @Override
    public void close() {
        while (depth >= 0) {
            leavePage();
        }
    }

    private int firstEndingAtOrAfter(long time) {
        int low = 0;
        int high = sizes[depth];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (EntryDescriptor.last(pages[depth], middle) < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void leavePage() {
        if (blocks[depth] != null) {
            blocks[depth].close();
            blocks[depth] = null;
        }
        pages[depth] = null;
        depth--;
    }
}
