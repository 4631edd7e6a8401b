package io.distil.storage.keyed;

import io.distil.base.CorruptBlock;
import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;
import io.distil.storage.segment.BlockWriter;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One batch applied to one root: used once, by one thread.
///
/// The tree is rebuilt from below. A block that a change reaches is taken apart into entries; an untouched one is kept as it
/// is, by its reference. A parent puts what came back in blocks again through {@link Siblings}, which joins what became too
/// small with a neighbour, then hands its own entries to the level above. So a block is written at most once a batch
/// (but for the last of its siblings, if it must take in a neighbour just written), and a failure leaves nothing but
/// blocks that no root refers to.
final class KeyedUpdate {
    private static final byte[] LOWEST_KEY = {};

    private final BlockReader reader;
    private final BlockWriter writer;
    private final int blockBytesMax;
    private final long version;
    private final List<KeyedChange> changes;
    private long blockBytes;

    KeyedUpdate(BlockReader reader, BlockWriter writer, int blockBytesMax, long version, List<KeyedChange> changes) {
        this.reader = reader;
        this.writer = writer;
        this.blockBytesMax = blockBytesMax;
        this.version = version;
        this.changes = changes;
    }

    KeyedRoot applyTo(KeyedRoot root) throws IOException {
        blockBytes = root.blockBytes();
        int level = Math.max(0, root.height() - 1);
        List<Entry> entries;
        if (root.isEmpty()) {
            entries = mergeLeaf(List.of(), 0, changes.size());
        } else {
            Entry.Child top = new Entry.Child(LOWEST_KEY, root.block(), root.entryCount());
            entries = rebuild(top, level, 0, changes.size());
        }
        if (entries == null) {
            return root;
        }
        if (!root.isEmpty()) {
            release(root.block());
        }
        return top(entries, level);
    }

    /// A root over entries of one level: adds levels until one block holds everything.
    private KeyedRoot top(List<Entry> entries, int level) throws IOException {
        if (entries.isEmpty()) {
            return KeyedRoot.EMPTY;
        }
        if (level > 0 && entries.size() == 1) {
            return withoutSingleChildren((Entry.Child) entries.getFirst(), level);
        }
        List<Entry> loose = entries;
        int height = level;
        do {
            List<Entry> written = new ArrayList<>();
            writeBlocks(loose, height, LOWEST_KEY, written);
            loose = written;
            height++;
        } while (loose.size() > 1);
        return root((Entry.Child) loose.getFirst(), height);
    }

    /// Takes away levels that hold a single child.
    private KeyedRoot withoutSingleChildren(Entry.Child top, int topHeight) throws IOException {
        Entry.Child only = top;
        int height = topHeight;
        while (height > 1) {
            List<Entry> below = load(only, height - 1);
            if (below.size() > 1) {
                break;
            }
            release(only.block());
            only = (Entry.Child) below.getFirst();
            height--;
        }
        return root(only, height);
    }

    private KeyedRoot root(Entry.Child top, int height) {
        return new KeyedRoot(top.block(), height, top.count(), blockBytes);
    }

    /// What the block's entries become by changes `[from, until)`, not yet in blocks; null if nothing changes.
    private List<Entry> rebuild(Entry.Child block, int level, int from, int until) throws IOException {
        List<Entry> entries = load(block, level);
        return level == 0 ? mergeLeaf(entries, from, until) : rebuildChildren(entries, level, from, until);
    }

    private List<Entry> rebuildChildren(List<Entry> children, int level, int from, int until) throws IOException {
        Siblings siblings = new Siblings(level - 1);
        boolean changed = false;
        int next = from;
        for (int i = 0; i < children.size(); i++) {
            Entry.Child child = (Entry.Child) children.get(i);
            int end = i + 1 < children.size() ? changesBelow(children.get(i + 1).key(), next, until) : until;
            List<Entry> content = next == end ? null : rebuild(child, level - 1, next, end);
            if (content == null) {
                siblings.keep(child);
            } else {
                release(child.block());
                siblings.add(child.key(), content);
                changed = true;
            }
            next = end;
        }
        return changed ? siblings.finish(children.getFirst().key()) : null;
    }

    /// The first change in `[from, until)` whose key is not less than `bound`.
    private int changesBelow(byte[] bound, int from, int until) {
        int low = from;
        int high = until;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Arrays.compareUnsigned(changes.get(middle).key(), bound) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private List<Entry> mergeLeaf(List<Entry> present, int from, int until) throws IOException {
        List<Entry> merged = new ArrayList<>(present.size() + until - from);
        boolean changed = false;
        int i = 0;
        for (int c = from; c < until; c++) {
            KeyedChange change = changes.get(c);
            while (i < present.size() && Arrays.compareUnsigned(present.get(i).key(), change.key()) < 0) {
                merged.add(present.get(i++));
            }
            boolean found = i < present.size() && Arrays.equals(present.get(i).key(), change.key());
            Entry.Value old = found ? (Entry.Value) present.get(i++) : null;
            Entry.Value result =
                    switch (change) {
                        case KeyedChange.Delete _ -> null;
                        case KeyedChange.Put put -> old != null && hasValue(old, put.value()) ? old : written(put);
                    };
            if (result != null) {
                merged.add(result);
            }
            if (result != old) {
                changed = true;
                if (old != null && old.block() != null) {
                    release(old.block());
                }
            }
        }
        merged.addAll(present.subList(i, present.size()));
        return changed ? merged : null;
    }

    /// Putting what is there already writes nothing: changes replayed after a crash cost no space.
    private boolean hasValue(Entry.Value entry, byte[] value) throws IOException {
        if (entry.inline() != null) {
            return Arrays.equals(entry.inline(), value);
        }
        if (entry.block().bytes() != value.length) {
            return false;
        }
        try (Block block = reader.read(entry.block(), BlockKind.KEYED_VALUE)) {
            return block.body().mismatch(MemorySegment.ofArray(value)) < 0;
        }
    }

    private Entry.Value written(KeyedChange.Put put) throws IOException {
        if (put.value().length <= blockBytesMax / KeyedTree.INLINE_VALUES_PER_BLOCK) {
            return new Entry.Value(put.key(), put.value(), null);
        }
        return new Entry.Value(put.key(), null, write(BlockKind.KEYED_VALUE, MemorySegment.ofArray(put.value())));
    }

    /// The entries of a block. The first bound in an inner block gives way to the block's own: keys between the two
    /// belong to the first child, and may be written there now.
    private List<Entry> load(Entry.Child child, int level) throws IOException {
        BlockRef ref = child.block();
        try (Block block = reader.read(ref, level == 0 ? BlockKind.KEYED_LEAF : BlockKind.KEYED_NODE)) {
            KeyedPage page = new KeyedPage(block.body(), ref, level == 0);
            List<Entry> entries = new ArrayList<>(page.entryCount());
            long count = 0;
            for (int i = 0; i < page.entryCount(); i++) {
                Entry entry = page.entry(i);
                if (i == 0 && entry instanceof Entry.Child first) {
                    entry = first.withKey(child.key());
                }
                entries.add(entry);
                count += entry.count();
            }
            if (count != child.count()) {
                throw new CorruptBlock(
                        "keyed block " + ref + " holds " + count + " keys, its parent wants " + child.count());
            }
            return entries;
        }
    }

    /// Puts entries in as many blocks as they need, of about equal size, and appends a reference to each.
    private void writeBlocks(List<Entry> entries, int level, byte[] lowerBound, List<Entry> out) throws IOException {
        int prefixBytes = Entry.sharedPrefixBytes(entries);
        int roomBytes = blockBytesMax - KeyedPage.HEADER_BYTES - prefixBytes;
        long totalBytes = encodedBytes(entries, prefixBytes);
        long blockCount = Math.max(1, (totalBytes + roomBytes - 1) / Math.max(1, roomBytes));
        long shareBytes = (totalBytes + blockCount - 1) / blockCount;
        // Two children at least, or the level above would be no smaller than this one.
        int entriesMin = level == 0 ? 1 : 2;
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < entries.size(); i++) {
            int entryBytes = entries.get(i).encodedBytes() - prefixBytes;
            if (i - from >= entriesMin && (bytes >= shareBytes || bytes + entryBytes > roomBytes)) {
                out.add(writeBlock(entries, from, i, level, lowerBound));
                from = i;
                bytes = 0;
            }
            bytes += entryBytes;
        }
        out.add(writeBlock(entries, from, entries.size(), level, lowerBound));
    }

    private Entry.Child writeBlock(List<Entry> entries, int from, int until, int level, byte[] lowerBound)
            throws IOException {
        List<Entry> content = entries.subList(from, until);
        byte[] key = lowerBound;
        if (from > 0) {
            byte[] first = content.getFirst().key();
            key = level == 0 ? Entry.separator(entries.get(from - 1).key(), first) : first;
        }
        long count = 0;
        for (Entry entry : content) {
            count += entry.count();
        }
        BlockKind kind = level == 0 ? BlockKind.KEYED_LEAF : BlockKind.KEYED_NODE;
        return new Entry.Child(key, write(kind, KeyedPage.encode(content)), count);
    }

    private BlockRef write(BlockKind kind, MemorySegment body) throws IOException {
        BlockRef ref = writer.write(kind, version, body, (int) body.byteSize());
        blockBytes += ref.bytes();
        return ref;
    }

    private void release(BlockRef ref) {
        blockBytes -= ref.bytes();
    }

    private static long encodedBytes(List<Entry> entries, int prefixBytes) {
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.encodedBytes() - prefixBytes;
        }
        return bytes;
    }

    /// The children of one block as they come back, left to right: kept ones by reference, changed ones as entries that
    /// wait (`pending`) until it is clear that they are enough for a block.
    private final class Siblings {
        private final int level;
        private final List<Entry> settled = new ArrayList<>();
        private List<Entry> pending = new ArrayList<>();
        private byte[] pendingKey;

        Siblings(int level) {
            this.level = level;
        }

        void keep(Entry.Child child) throws IOException {
            if (!pending.isEmpty() && isSmall()) {
                pending.addAll(load(child, level));
                release(child.block());
            } else {
                settle();
                settled.add(child);
            }
        }

        void add(byte[] key, List<Entry> content) throws IOException {
            if (!pending.isEmpty() && !isSmall()) {
                settle();
            }
            if (pending.isEmpty()) {
                pendingKey = key;
            }
            pending.addAll(content);
        }

        /// The children, the first of them from `lowerBound` on.
        List<Entry> finish(byte[] lowerBound) throws IOException {
            if (!pending.isEmpty() && isSmall() && !settled.isEmpty()) {
                Entry.Child left = (Entry.Child) settled.removeLast();
                List<Entry> joined = load(left, level);
                release(left.block());
                joined.addAll(pending);
                pending = joined;
                pendingKey = left.key();
            }
            settle();
            if (!settled.isEmpty()) {
                settled.set(0, ((Entry.Child) settled.getFirst()).withKey(lowerBound));
            }
            return settled;
        }

        private boolean isSmall() {
            long bytes = encodedBytes(pending, Entry.sharedPrefixBytes(pending));
            return bytes < blockBytesMax / KeyedTree.SMALL_BLOCKS_PER_BLOCK;
        }

        private void settle() throws IOException {
            if (!pending.isEmpty()) {
                writeBlocks(pending, level, pendingKey, settled);
                pending = new ArrayList<>();
            }
        }
    }
}
