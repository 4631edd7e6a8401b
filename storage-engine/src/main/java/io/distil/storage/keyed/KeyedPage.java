package io.distil.storage.keyed;

import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;
import io.distil.storage.segment.BlockRef;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// The bytes of a leaf or an inner block: the only code that knows their offsets (the table is in the package's
/// description). Reads in place, without copying; valid as long as the block is pinned.
///
/// The block's checksum has been verified before; what is checked here is that its content makes sense, so that no bug of a
/// writer becomes a wrong answer or an endless loop of a reader.
final class KeyedPage {
    static final int FORMAT = 1;

    /// Bytes before the offset table.
    static final int HEADER_BYTES = 8;

    private static final int FORMAT_AT = 0;
    private static final int PREFIX_BYTES_AT = 2;
    private static final int ENTRY_COUNT_AT = 4;
    private static final int OFFSET_BYTES = 4;

    private static final int SUFFIX_LENGTH_BYTES = 2;
    private static final int VALUE_LENGTH_BYTES = 4;

    /// Stands where an inline value has its length: a block reference follows instead.
    private static final int VALUE_IN_BLOCK = -1;

    private static final int REF_ADDRESS = 0;
    private static final int REF_BODY_BYTES = 8;
    private static final int REF_VERSION = 12;
    private static final int REF_BYTES = 20;
    private static final int COUNT_BYTES = 8;

    private final MemorySegment body;
    private final BlockRef ref;
    private final boolean isLeaf;
    private final int entryCount;
    private final int prefixBytes;
    private final long prefixAt;
    private final long entriesAt;

    KeyedPage(MemorySegment body, BlockRef ref, boolean isLeaf) throws CorruptBlock {
        this.body = body;
        this.ref = ref;
        this.isLeaf = isLeaf;
        if (body.byteSize() < HEADER_BYTES) {
            throw corrupt("it has " + body.byteSize() + " bytes, wanted a header of " + HEADER_BYTES);
        }
        int format = Short.toUnsignedInt(body.get(Layouts.SHORT, FORMAT_AT));
        if (format != FORMAT) {
            throw corrupt("its format is " + format + ", wanted " + FORMAT);
        }
        prefixBytes = Short.toUnsignedInt(body.get(Layouts.SHORT, PREFIX_BYTES_AT));
        entryCount = body.get(Layouts.INT, ENTRY_COUNT_AT);
        prefixAt = HEADER_BYTES + (long) OFFSET_BYTES * entryCount;
        entriesAt = prefixAt + prefixBytes;
        if (entryCount < 1 || entriesAt > body.byteSize()) {
            throw corrupt(entryCount + " entries with a prefix of " + prefixBytes + " bytes do not fit");
        }
    }

    int entryCount() {
        return entryCount;
    }

    /// The first index whose key is at least `key`, in 0..entryCount.
    int ceiling(byte[] key) throws CorruptBlock {
        MemorySegment wanted = MemorySegment.ofArray(key);
        int byPrefix = compareWithPrefix(wanted);
        if (byPrefix != 0) {
            return byPrefix < 0 ? 0 : entryCount;
        }
        int low = 0;
        int high = entryCount;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compareSuffix(middle, wanted) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// The index whose key is `key`, or -1.
    int indexOf(byte[] key) throws CorruptBlock {
        int index = ceiling(key);
        return index < entryCount && keyEquals(index, key) ? index : -1;
    }

    /// In an inner block, the child under which `key` belongs: the last whose bound is not greater, else the first.
    int childFor(byte[] key) throws CorruptBlock {
        int index = ceiling(key);
        if (index < entryCount && keyEquals(index, key)) {
            return index;
        }
        return Math.max(0, index - 1);
    }

    byte[] key(int index) throws CorruptBlock {
        long at = entryAt(index);
        int suffixBytes = suffixBytes(at);
        byte[] key = new byte[prefixBytes + suffixBytes];
        MemorySegment.copy(body, ValueLayout.JAVA_BYTE, prefixAt, key, 0, prefixBytes);
        MemorySegment.copy(body, ValueLayout.JAVA_BYTE, at + SUFFIX_LENGTH_BYTES, key, prefixBytes, suffixBytes);
        return key;
    }

    /// Leaf: the value, or null if it has a block of its own.
    byte[] inlineValue(int index) throws CorruptBlock {
        long at = payloadAt(index, VALUE_LENGTH_BYTES);
        int bytes = body.get(Layouts.INT, at);
        if (bytes == VALUE_IN_BLOCK) {
            return null;
        }
        long valueAt = at + VALUE_LENGTH_BYTES;
        if (bytes < 0 || valueAt + bytes > body.byteSize()) {
            throw corrupt("the value of entry " + index + " has " + bytes + " bytes, which do not fit");
        }
        return body.asSlice(valueAt, bytes).toArray(ValueLayout.JAVA_BYTE);
    }

    /// Leaf: the block of a value that is not inline.
    BlockRef valueBlock(int index) throws CorruptBlock {
        return refAt(payloadAt(index, VALUE_LENGTH_BYTES + REF_BYTES) + VALUE_LENGTH_BYTES);
    }

    BlockRef child(int index) throws CorruptBlock {
        return refAt(payloadAt(index, REF_BYTES + COUNT_BYTES));
    }

    /// Keys under a child.
    long childCount(int index) throws CorruptBlock {
        return body.get(Layouts.LONG, payloadAt(index, REF_BYTES + COUNT_BYTES) + REF_BYTES);
    }

    /// An entry as a heap object, independent of the block.
    Entry entry(int index) throws CorruptBlock {
        if (!isLeaf) {
            return new Entry.Child(key(index), child(index), childCount(index));
        }
        byte[] inline = inlineValue(index);
        return new Entry.Value(key(index), inline, inline == null ? valueBlock(index) : null);
    }

    private boolean keyEquals(int index, byte[] key) throws CorruptBlock {
        MemorySegment wanted = MemorySegment.ofArray(key);
        return compareWithPrefix(wanted) == 0 && compareSuffix(index, wanted) == 0;
    }

    /// How the first `prefixBytes` of `key` compare with the prefix; a key that ends inside an equal prefix is less.
    private int compareWithPrefix(MemorySegment key) {
        return compare(key, 0, Math.min(prefixBytes, key.byteSize()), body, prefixAt, entriesAt);
    }

    /// How entry `index` compares with a key that begins with the prefix.
    private int compareSuffix(int index, MemorySegment key) throws CorruptBlock {
        long at = entryAt(index);
        long suffixAt = at + SUFFIX_LENGTH_BYTES;
        return compare(body, suffixAt, suffixAt + suffixBytes(at), key, prefixBytes, key.byteSize());
    }

    /// Unsigned, byte by byte; the shorter is less where one begins with the other.
    private static int compare(MemorySegment a, long aFrom, long aUntil, MemorySegment b, long bFrom, long bUntil) {
        long different = MemorySegment.mismatch(a, aFrom, aUntil, b, bFrom, bUntil);
        if (different < 0) {
            return 0;
        }
        if (aFrom + different == aUntil || bFrom + different == bUntil) {
            return Long.compare(aUntil - aFrom, bUntil - bFrom);
        }
        return Byte.compareUnsigned(
                a.get(ValueLayout.JAVA_BYTE, aFrom + different), b.get(ValueLayout.JAVA_BYTE, bFrom + different));
    }

    private long entryAt(int index) throws CorruptBlock {
        long at = Integer.toUnsignedLong(body.get(Layouts.INT, HEADER_BYTES + (long) OFFSET_BYTES * index));
        if (at < entriesAt || at + SUFFIX_LENGTH_BYTES > body.byteSize()) {
            throw corrupt("entry " + index + " lies at " + at + ", wanted " + entriesAt + " or more");
        }
        return at;
    }

    private int suffixBytes(long entryAt) throws CorruptBlock {
        int bytes = Short.toUnsignedInt(body.get(Layouts.SHORT, entryAt));
        if (prefixBytes + bytes > KeyedTree.KEY_BYTES_MAX || entryAt + SUFFIX_LENGTH_BYTES + bytes > body.byteSize()) {
            throw corrupt("the key of the entry at " + entryAt + " has " + (prefixBytes + bytes) + " bytes");
        }
        return bytes;
    }

    private long payloadAt(int index, int payloadBytes) throws CorruptBlock {
        long at = entryAt(index);
        long payloadAt = at + SUFFIX_LENGTH_BYTES + suffixBytes(at);
        int wanted = isLeaf ? VALUE_LENGTH_BYTES : payloadBytes;
        if (payloadAt + wanted > body.byteSize()) {
            throw corrupt("entry " + index + " is cut off");
        }
        return payloadAt;
    }

    private BlockRef refAt(long at) throws CorruptBlock {
        if (at + REF_BYTES > body.byteSize()) {
            throw corrupt("the reference at " + at + " is cut off");
        }
        BlockRef found =
                new BlockRef(
                        body.get(Layouts.LONG, at + REF_ADDRESS),
                        body.get(Layouts.INT, at + REF_BODY_BYTES),
                        body.get(Layouts.LONG, at + REF_VERSION));
        if (found.bytes() < 1) {
            throw corrupt("the reference at " + at + " is to a block of " + found.bytes() + " bytes");
        }
        return found;
    }

    CorruptBlock corrupt(String what) {
        return new CorruptBlock("keyed " + (isLeaf ? "leaf " : "node ") + ref + ": " + what);
    }

    /// Bytes of a leaf's entry; `inlineBytes` is negative for a value in a block of its own.
    static int valueEntryBytes(int keyBytes, int inlineBytes) {
        int payload = inlineBytes < 0 ? REF_BYTES : inlineBytes;
        return OFFSET_BYTES + SUFFIX_LENGTH_BYTES + keyBytes + VALUE_LENGTH_BYTES + payload;
    }

    static int childEntryBytes(int keyBytes) {
        return OFFSET_BYTES + SUFFIX_LENGTH_BYTES + keyBytes + REF_BYTES + COUNT_BYTES;
    }

    /// Lays out sorted entries, all of one kind, as a body exactly as long as it has to be.
    static MemorySegment encode(List<? extends Entry> entries) {
        int prefixBytes = Entry.sharedPrefixBytes(entries);
        int bytes = HEADER_BYTES + prefixBytes;
        for (Entry entry : entries) {
            bytes += entry.encodedBytes() - prefixBytes;
        }
        MemorySegment body = MemorySegment.ofArray(new byte[bytes]);
        body.set(Layouts.SHORT, FORMAT_AT, (short) FORMAT);
        body.set(Layouts.SHORT, PREFIX_BYTES_AT, (short) prefixBytes);
        body.set(Layouts.INT, ENTRY_COUNT_AT, entries.size());
        long at = HEADER_BYTES + (long) OFFSET_BYTES * entries.size();
        at = put(body, at, entries.getFirst().key(), 0, prefixBytes);
        for (int i = 0; i < entries.size(); i++) {
            body.set(Layouts.INT, HEADER_BYTES + (long) OFFSET_BYTES * i, (int) at);
            at = putEntry(body, at, entries.get(i), prefixBytes);
        }
        return body;
    }

    private static long putEntry(MemorySegment body, long at, Entry entry, int prefixBytes) {
        byte[] key = entry.key();
        body.set(Layouts.SHORT, at, (short) (key.length - prefixBytes));
        long payloadAt = put(body, at + SUFFIX_LENGTH_BYTES, key, prefixBytes, key.length);
        switch (entry) {
            case Entry.Child child -> {
                long countAt = putRef(body, payloadAt, child.block());
                body.set(Layouts.LONG, countAt, child.count());
                return countAt + COUNT_BYTES;
            }
            case Entry.Value value when value.inline() == null -> {
                body.set(Layouts.INT, payloadAt, VALUE_IN_BLOCK);
                return putRef(body, payloadAt + VALUE_LENGTH_BYTES, value.block());
            }
            case Entry.Value value -> {
                body.set(Layouts.INT, payloadAt, value.inline().length);
                return put(body, payloadAt + VALUE_LENGTH_BYTES, value.inline(), 0, value.inline().length);
            }
        }
    }

    private static long putRef(MemorySegment body, long at, BlockRef ref) {
        body.set(Layouts.LONG, at + REF_ADDRESS, ref.address());
        body.set(Layouts.INT, at + REF_BODY_BYTES, ref.bytes());
        body.set(Layouts.LONG, at + REF_VERSION, ref.version());
        return at + REF_BYTES;
    }

    private static long put(MemorySegment body, long at, byte[] from, int begin, int end) {
        MemorySegment.copy(from, begin, body, ValueLayout.JAVA_BYTE, at, end - begin);
        return at + end - begin;
    }
}
