package io.distil.storage.keyed;

import io.distil.base.BrokenInvariant;
import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;
import io.distil.storage.segment.BlockWriter;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A sorted map from byte strings to byte strings, in which every version ever published stays readable: a copy-on-write
/// B+tree over blocks.
///
/// Keys are ordered byte by byte, unsigned; a key that begins another comes before it. A {@link KeyedRoot} is a version; this
/// object only knows how to read and to extend them, has no state of its own, and is safe for use by many threads. A batch
/// of changes makes a new version that shares every block it did not reach with the old one.
///
/// Source: R. Bayer, E. McCreight, *Organization and Maintenance of Large Ordered Indices* (1972), in its B+ form;
/// shortened separators after R. Bayer, K. Unterauer, *Prefix B-Trees* (1977); shadowing of the path to the root after
/// O. Rodeh, *B-trees, Shadowing, and Clones* (2008).
public final class KeyedTree {
    public static final int KEY_BYTES_MAX = 1024;

    /// Far above what belongs in a table, far below what a block can hold.
    public static final int VALUE_BYTES_MAX = 4 << 20;

    /// A checkpoint changes keys scattered over the tree, so what it writes is about one block for each of them: small
    /// blocks keep that cheap, and this one still has more than a hundred children.
    public static final int DEFAULT_BLOCK_BYTES_MAX = 8 << 10;

    /// A value longer than this part of a block gets a block of its own, so that a leaf always holds several entries.
    static final int INLINE_VALUES_PER_BLOCK = 4;

    /// A changed block that is smaller than this part of the largest is joined with a neighbour. Well below one half, or a
    /// block just split would be joined again by the next delete.
    static final int SMALL_BLOCKS_PER_BLOCK = 4;

    private static final int BLOCK_BYTES_MAX_SMALLEST = 64;

    private final BlockReader reader;
    private final int blockBytesMax;

    /// @param blockBytesMax what leaves and inner blocks are filled up to; a block with few, very long keys may be larger
    public KeyedTree(BlockReader reader, int blockBytesMax) {
        BrokenInvariant.check(
                blockBytesMax >= BLOCK_BYTES_MAX_SMALLEST,
                "blocks of at most " + blockBytesMax + " bytes, wanted " + BLOCK_BYTES_MAX_SMALLEST + " or more");
        this.reader = reader;
        this.blockBytesMax = blockBytesMax;
    }

    /// The value of `key` in that version.
    public Optional<byte[]> get(KeyedRoot root, byte[] key) throws IOException {
        BlockRef leaf = leafFor(root, key);
        if (leaf == null) {
            return Optional.empty();
        }
        try (Block block = reader.read(leaf, BlockKind.KEYED_LEAF)) {
            KeyedPage page = new KeyedPage(block.body(), leaf, true);
            int index = page.indexOf(key);
            return index < 0 ? Optional.empty() : Optional.of(value(reader, page, index));
        }
    }

    /// Whether that version has `key`; reads no value.
    public boolean contains(KeyedRoot root, byte[] key) throws IOException {
        BlockRef leaf = leafFor(root, key);
        if (leaf == null) {
            return false;
        }
        try (Block block = reader.read(leaf, BlockKind.KEYED_LEAF)) {
            return new KeyedPage(block.body(), leaf, true).indexOf(key) >= 0;
        }
    }

    /// The leaf where `key` is if it is anywhere; null in the empty tree.
    private BlockRef leafFor(KeyedRoot root, byte[] key) throws IOException {
        BlockRef ref = root.block();
        for (int level = root.height() - 1; level > 0; level--) {
            try (Block block = reader.read(ref, BlockKind.KEYED_NODE)) {
                KeyedPage page = new KeyedPage(block.body(), ref, false);
                ref = page.child(page.childFor(key));
            }
        }
        return ref;
    }

    static byte[] value(BlockReader reader, KeyedPage page, int index) throws IOException {
        byte[] inline = page.inlineValue(index);
        if (inline != null) {
            return inline;
        }
        try (Block block = reader.read(page.valueBlock(index), BlockKind.KEYED_VALUE)) {
            return block.body().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /// The entries with keys in `[from, until)`, ascending; an empty `from` is the beginning, a null `until` the end.
    public KeyedCursor scan(KeyedRoot root, byte[] from, byte[] until) {
        return new KeyedCursor(reader, root, from, until, false);
    }

    /// The same entries, descending.
    public KeyedCursor scanBackward(KeyedRoot root, byte[] from, byte[] until) {
        return new KeyedCursor(reader, root, from, until, true);
    }

    /// How many keys of that version are in `[from, until)`, by the counts of the inner blocks: reads one path for each end
    /// of the range.
    public long count(KeyedRoot root, byte[] from, byte[] until) throws IOException {
        long below = until == null ? root.entryCount() : countBelow(root, until);
        return Math.max(0, below - (from.length == 0 ? 0 : countBelow(root, from)));
    }

    private long countBelow(KeyedRoot root, byte[] key) throws IOException {
        long count = 0;
        BlockRef ref = root.block();
        for (int level = root.height() - 1; level > 0; level--) {
            try (Block block = reader.read(ref, BlockKind.KEYED_NODE)) {
                KeyedPage page = new KeyedPage(block.body(), ref, false);
                int child = page.childFor(key);
                for (int i = 0; i < child; i++) {
                    count += page.childCount(i);
                }
                ref = page.child(child);
            }
        }
        if (ref == null) {
            return 0;
        }
        try (Block block = reader.read(ref, BlockKind.KEYED_LEAF)) {
            return count + new KeyedPage(block.body(), ref, true).ceiling(key);
        }
    }

    /// The keys in `[from, until)` whose values differ between two versions, ascending. Blocks that both share are not read:
    /// the cost is that of the difference, times the height of the tree.
    public KeyedDifference difference(KeyedRoot before, KeyedRoot after, byte[] from, byte[] until) throws IOException {
        return new KeyedDifference(reader, before, after, from, until);
    }

    /// A new version: `root` with `changes`, which are sorted by key, each key once. Blocks are appended to `writer` and are
    /// not durable yet; the version is complete once this returns. A batch that changes nothing gives `root` itself.
    ///
    /// @param version what new blocks carry: greater than that of any block of `root`
    public KeyedRoot apply(KeyedRoot root, List<KeyedChange> changes, long version, BlockWriter writer)
            throws IOException {
        for (int i = 1; i < changes.size(); i++) {
            if (Arrays.compareUnsigned(changes.get(i - 1).key(), changes.get(i).key()) >= 0) {
                throw new BrokenInvariant("changes " + (i - 1) + " and " + i + " are not in the order of their keys");
            }
        }
        BrokenInvariant.check(
                root.isEmpty() || root.block().version() < version,
                "version " + version + " is not later than that of " + root.block());
        return new KeyedUpdate(reader, writer, blockBytesMax, version, changes).applyTo(root);
    }

    /// Reads the whole version and compares everything that is stored twice: order, bounds, counts, sizes, versions. Goes
    /// on after damage wherever it can.
    public KeyedReport check(KeyedRoot root) {
        return new KeyedChecker(reader).check(root);
    }
}
