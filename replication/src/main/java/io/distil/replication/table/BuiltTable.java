package io.distil.replication.table;

import io.distil.base.CorruptBlock;
import io.distil.storage.keyed.KeyedRoot;

import java.lang.foreign.MemorySegment;

/// What is kept of a major version for good: the tree of its rows, and the tree of the keys that its commit left absent, each
/// with the version at which it went.
///
/// The second is needed by who watched up to minor version 7 of major 1 and comes back when the buffer's history of that
/// commit is forgotten: a row that was set at 1.3 and removed at 1.9 is neither in the tree of 1 nor in that of 2, yet the
/// watcher has seen it and must learn that it is gone.
record BuiltTable(KeyedRoot rows, KeyedRoot gone) {
    static final BuiltTable EMPTY = new BuiltTable(KeyedRoot.EMPTY, KeyedRoot.EMPTY);
    static final int BYTES = 2 * KeyedRoot.BYTES;

    void encode(MemorySegment memory, long offset) {
        rows.encode(memory, offset);
        gone.encode(memory, offset + KeyedRoot.BYTES);
    }

    byte[] encode() {
        byte[] bytes = new byte[BYTES];
        encode(MemorySegment.ofArray(bytes), 0);
        return bytes;
    }

    /// @param where for the message
    static BuiltTable decode(byte[] bytes, String where) throws CorruptBlock {
        if (bytes.length != BYTES) {
            throw new CorruptBlock(where + " has " + bytes.length + " bytes, wanted " + BYTES);
        }
        MemorySegment memory = MemorySegment.ofArray(bytes);
        return new BuiltTable(
                KeyedRoot.decode(memory, 0, where), KeyedRoot.decode(memory, KeyedRoot.BYTES, where + ", keys gone"));
    }
}
