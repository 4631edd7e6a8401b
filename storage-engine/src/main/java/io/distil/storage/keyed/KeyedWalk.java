package io.distil.storage.keyed;

import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;

import java.io.IOException;
import java.util.Arrays;

/// A walk over a range of one version that decides at every block whether to open it. It stands before a block that it has
/// not opened, or on a key, or is at its end. Pins one block of each level until it is closed. One owner thread.
///
/// ```
///              skip                skip
///   ┌────────────────────┐   ┌──────────────┐
///   ▼                    │   ▼              │
/// before a block ──enter──▶ before a block below, or on a key ──skip──▶ … ──▶ at the end
/// ```
final class KeyedWalk implements AutoCloseable {
    private static final byte[] LOWEST_KEY = {};

    private final BlockReader reader;
    private final KeyedRoot root;
    private final byte[] from;
    private final byte[] until;

    /// Per level, the leaf's being 0: the pinned block, its content, its lower bound, and where the walk is in it.
    private final Block[] blocks;

    private final KeyedPage[] pages;
    private final byte[][] lowerBounds;
    private final int[] positions;

    /// The level of the block in which the walk stands; the tree's height while it stands before the topmost block.
    private int level;

    private byte[] bound = LOWEST_KEY;
    private boolean ended;

    KeyedWalk(BlockReader reader, KeyedRoot root, byte[] from, byte[] until) {
        this.reader = reader;
        this.root = root;
        this.from = from;
        this.until = until;
        blocks = new Block[root.height()];
        pages = new KeyedPage[root.height()];
        lowerBounds = new byte[root.height()][];
        positions = new int[root.height()];
        level = root.height();
        ended = root.isEmpty() || until != null && until.length == 0;
    }

    boolean isAtEnd() {
        return ended;
    }

    boolean isOnKey() {
        return level == 0;
    }

    /// How far above the keys it stands: 0 on a key, 1 before a leaf, and so on.
    int level() {
        return level;
    }

    /// The key it stands on, or what every key in the block before it is at least. Not to be changed.
    byte[] bound() {
        return bound;
    }

    /// The block before which it stands.
    BlockRef block() throws IOException {
        return level == root.height() ? root.block() : pages[level].child(positions[level]);
    }

    /// The value of the key it stands on, in an array of the caller's own.
    byte[] value() throws IOException {
        return KeyedTree.value(reader, pages[0], positions[0]);
    }

    /// Where the value of the key it stands on lies, or null if it is in the leaf itself.
    BlockRef valueBlock() throws IOException {
        return pages[0].inlineValue(positions[0]) == null ? pages[0].valueBlock(positions[0]) : null;
    }

    /// Opens the block before which it stands, and stands before its first entry that may be in the range.
    void enter() throws IOException {
        BlockRef ref = block();
        byte[] lowerBound = bound;
        level--;
        close(level);
        blocks[level] = reader.read(ref, level == 0 ? BlockKind.KEYED_LEAF : BlockKind.KEYED_NODE);
        KeyedPage page = new KeyedPage(blocks[level].body(), ref, level == 0);
        pages[level] = page;
        lowerBounds[level] = lowerBound;
        positions[level] = level == 0 ? page.ceiling(from) : page.childFor(from);
        settle();
    }

    /// Goes on behind the key on which, or the block before which it stands.
    void skip() throws IOException {
        if (level == root.height()) {
            ended = true;
            return;
        }
        positions[level]++;
        settle();
    }

    /// Climbs out of blocks that are worked off, and looks where it stands then.
    private void settle() throws IOException {
        while (positions[level] >= pages[level].entryCount()) {
            level++;
            if (level == root.height()) {
                ended = true;
                return;
            }
            positions[level]++;
        }
        // The first bound of an inner block counts for nothing: keys below it may be there, down to the block's own
        // bound.
        boolean isFirstChild = level > 0 && positions[level] == 0;
        bound = isFirstChild ? lowerBounds[level] : pages[level].key(positions[level]);
        ended = until != null && Arrays.compareUnsigned(bound, until) >= 0;
    }

    private void close(int blockLevel) {
        if (blocks[blockLevel] != null) {
            blocks[blockLevel].close();
            blocks[blockLevel] = null;
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < blocks.length; i++) {
            close(i);
        }
    }
}
