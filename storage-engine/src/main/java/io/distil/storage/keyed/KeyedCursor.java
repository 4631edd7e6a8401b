package io.distil.storage.keyed;

import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;

import java.io.IOException;

/// Walks a range of one version in the order of its keys, or against it. Stands before the first entry at the start. Pins
/// one block of each level until it is closed. One owner thread.
public final class KeyedCursor implements AutoCloseable {
    private final BlockReader reader;
    private final KeyedRoot root;
    private final byte[] from;
    private final byte[] until;
    private final boolean backward;

    /// Per level, the leaf's being 0: the pinned block, its content, and where the walk is in it.
    private final Block[] blocks;

    private final KeyedPage[] pages;
    private final int[] positions;

    /// Entries `[leafFrom, leafUntil)` of the present leaf are in the range.
    private int leafFrom;

    private int leafUntil;
    private boolean started;
    private boolean ended;

    KeyedCursor(BlockReader reader, KeyedRoot root, byte[] from, byte[] until, boolean backward) {
        this.reader = reader;
        this.root = root;
        this.from = from;
        this.until = until;
        this.backward = backward;
        ended = root.isEmpty();
        blocks = new Block[root.height()];
        pages = new KeyedPage[root.height()];
        positions = new int[root.height()];
    }

    /// Moves to the next entry; false at the end of the range, and from then on.
    public boolean next() throws IOException {
        if (ended) {
            return false;
        }
        if (!started) {
            started = true;
            descend(root.block(), root.height() - 1);
        } else {
            positions[0] += backward ? -1 : 1;
        }
        while (positions[0] < leafFrom || positions[0] >= leafUntil) {
            boolean rangeEndsHere = backward ? leafFrom > 0 : leafUntil < pages[0].entryCount();
            if (rangeEndsHere || !nextLeaf()) {
                ended = true;
                return false;
            }
        }
        return true;
    }

    private boolean nextLeaf() throws IOException {
        int step = backward ? -1 : 1;
        for (int level = 1; level < pages.length; level++) {
            int next = positions[level] + step;
            if (next >= 0 && next < pages[level].entryCount()) {
                positions[level] = next;
                descend(pages[level].child(next), level - 1);
                return true;
            }
        }
        return false;
    }

    /// Opens the block at `level` and those under it, on the way to where the range begins for this walk, or, where that
    /// lies outside the block, to its first entry this way.
    private void descend(BlockRef top, int topLevel) throws IOException {
        BlockRef ref = top;
        for (int level = topLevel; level > 0; level--) {
            open(ref, level, BlockKind.KEYED_NODE);
            KeyedPage page = pages[level];
            if (backward) {
                positions[level] = until == null ? page.entryCount() - 1 : page.childFor(until);
            } else {
                positions[level] = page.childFor(from);
            }
            ref = page.child(positions[level]);
        }
        open(ref, 0, BlockKind.KEYED_LEAF);
        leafFrom = pages[0].ceiling(from);
        leafUntil = until == null ? pages[0].entryCount() : pages[0].ceiling(until);
        positions[0] = backward ? leafUntil - 1 : leafFrom;
    }

    private void open(BlockRef ref, int level, BlockKind kind) throws IOException {
        Block block = reader.read(ref, kind);
        if (blocks[level] != null) {
            blocks[level].close();
        }
        blocks[level] = block;
        pages[level] = new KeyedPage(block.body(), ref, level == 0);
    }

    /// The present entry's key, in an array of the caller's own.
    public byte[] key() throws IOException {
        return pages[0].key(positions[0]);
    }

    /// The present entry's value, in an array of the caller's own; only now read, if it has a block of its own.
    public byte[] value() throws IOException {
        return KeyedTree.value(reader, pages[0], positions[0]);
    }

    @Override
    public void close() {
        for (int level = 0; level < blocks.length; level++) {
            if (blocks[level] != null) {
                blocks[level].close();
                blocks[level] = null;
            }
        }
    }
}
