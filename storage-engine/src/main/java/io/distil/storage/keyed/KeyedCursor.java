package io.distil.storage.keyed;

import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;

import java.io.IOException;

/// Walks a range of one version in the order of its keys. Stands before the first entry at the start. Pins one block of
/// each level until it is closed. One owner thread.
public final class KeyedCursor implements AutoCloseable {
    private final BlockReader reader;
    private final KeyedRoot root;
    private final byte[] from;
    private final byte[] until;

    /// Per level, the leaf's being 0: the pinned block, its content, and where the walk is in it.
    private final Block[] blocks;

    private final KeyedPage[] pages;
    private final int[] positions;

    private int leafLimit;
    private boolean started;

    KeyedCursor(BlockReader reader, KeyedRoot root, byte[] from, byte[] until) {
        this.reader = reader;
        this.root = root;
        this.from = from;
        this.until = until;
        blocks = new Block[root.height()];
        pages = new KeyedPage[root.height()];
        positions = new int[root.height()];
    }

    /// Moves to the next entry; false at the end of the range, and from then on.
    public boolean next() throws IOException {
        if (root.isEmpty()) {
            return false;
        }
        if (!started) {
            started = true;
            descend(root.block(), root.height() - 1, from);
        } else if (positions[0] < leafLimit) {
            positions[0]++;
        }
        while (positions[0] >= leafLimit) {
            if (leafLimit < pages[0].entryCount() || !nextLeaf()) {
                return false;
            }
        }
        return true;
    }

    private boolean nextLeaf() throws IOException {
        for (int level = 1; level < pages.length; level++) {
            if (positions[level] + 1 < pages[level].entryCount()) {
                positions[level]++;
                descend(pages[level].child(positions[level]), level - 1, null);
                return true;
            }
        }
        return false;
    }

    /// Opens the block at `level` and those under it on the way to `key`, or to the first entry if it is null.
    private void descend(BlockRef top, int topLevel, byte[] key) throws IOException {
        BlockRef ref = top;
        for (int level = topLevel; level > 0; level--) {
            open(ref, level, BlockKind.KEYED_NODE);
            positions[level] = key == null ? 0 : pages[level].childFor(key);
            ref = pages[level].child(positions[level]);
        }
        open(ref, 0, BlockKind.KEYED_LEAF);
        positions[0] = key == null ? 0 : pages[0].ceiling(key);
        leafLimit = until == null ? pages[0].entryCount() : pages[0].ceiling(until);
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
