package io.distil.storage.keyed;

import io.distil.storage.segment.BlockRef;

import java.util.Arrays;
import java.util.List;

/// What a block consists of, on the heap, while a batch is applied. The arrays are never changed.
sealed interface Entry {
    /// In a leaf the key itself; in an inner block a lower bound of the keys below, see {@link KeyedPage}.
    byte[] key();

    /// Bytes it takes in a block, its slot in the offset table included and its whole key counted.
    int encodedBytes();

    /// Keys at or below it.
    long count();

    /// A key with its value: in the leaf itself (`inline`), or in a block of its own (`block`); one of the two is null.
    record Value(byte[] key, byte[] inline, BlockRef block) implements Entry {
        @Override
        public int encodedBytes() {
            return KeyedPage.valueEntryBytes(key.length, inline == null ? -1 : inline.length);
        }

        @Override
        public long count() {
            return 1;
        }
    }

    /// A block of the level below with the number of keys in and under it.
    record Child(byte[] key, BlockRef block, long count) implements Entry {
        @Override
        public int encodedBytes() {
            return KeyedPage.childEntryBytes(key.length);
        }

        Child withKey(byte[] newKey) {
            return new Child(newKey, block, count);
        }
    }

    /// Bytes that all keys of a sorted list begin with: what its first and its last have in common.
    static int sharedPrefixBytes(List<? extends Entry> sorted) {
        return commonBytes(sorted.getFirst().key(), sorted.getLast().key());
    }

    /// The shortest key that is greater than `left` and not greater than `right`, where `left` is less than `right`.
    static byte[] separator(byte[] left, byte[] right) {
        return Arrays.copyOf(right, commonBytes(left, right) + 1);
    }

    private static int commonBytes(byte[] a, byte[] b) {
        int different = Arrays.mismatch(a, b);
        return different < 0 ? a.length : different;
    }
}
