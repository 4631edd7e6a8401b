package io.distil.replication.table;

import io.distil.base.CorruptBlock;
import io.distil.base.Version;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.storage.keyed.KeyedCursor;
import io.distil.storage.keyed.KeyedReport;
import io.distil.storage.keyed.KeyedRoot;
import io.distil.storage.keyed.KeyedTree;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.store.Store;
import io.distil.storage.store.Table;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/// What a checkpoint keeps of tables in the store's keyed tree; the layouts are in `docs/formats/tables.md`.
public final class TablesInStore {
    /// Name → number, creation, newest built major, the log position in it, its trees.
    public static final Table TABLES = new Table(8, "tables", Table.Part.TEXT);

    /// Number of a table and major → its trees.
    public static final Table TABLE_VERSIONS = new Table(9, "table-versions", Table.Part.NUMBER, Table.Part.NUMBER);

    /// A table as a checkpoint keeps it.
    ///
    /// @param builtMajor the newest major whose trees exist, `built`
    /// @param builtThrough the last log position whose effect on this table is in them
    record SavedTable(long number, long createdEpochNanos, long builtMajor, long builtThrough, BuiltTable built) {
        private static final int BYTES = 4 * Long.BYTES + BuiltTable.BYTES;

        byte[] encode() {
            byte[] bytes = new byte[BYTES];
            new MemoryWriter()
                    .wrap(MemorySegment.ofArray(bytes))
                    .i64(number)
                    .i64(createdEpochNanos)
                    .i64(builtMajor)
                    .i64(builtThrough)
                    .raw(MemorySegment.ofArray(built.encode()));
            return bytes;
        }

        static SavedTable decode(String name, byte[] value) throws CorruptBlock {
            String where = "catalog entry of table " + name;
            MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(value), where);
            long number = reader.i64();
            long createdEpochNanos = reader.i64();
            long builtMajor = reader.i64();
            long builtThrough = reader.i64();
            byte[] trees = reader.raw(reader.remaining()).toArray(ValueLayout.JAVA_BYTE);
            return new SavedTable(number, createdEpochNanos, builtMajor, builtThrough, BuiltTable.decode(trees, where));
        }
    }

    private TablesInStore() {}

    static byte[] tableKey(String name) {
        return TABLES.key().text(name).bytes();
    }

    static byte[] versionKey(long number, long major) {
        return TABLE_VERSIONS.key().number(number).number(major).bytes();
    }

    static byte[] versionsPrefix(long number) {
        return TABLE_VERSIONS.key().number(number).prefix();
    }

    /// A major version that is no longer in memory, or empty if there is none.
    static Optional<BuiltTable> version(Store store, long number, long major) throws IOException {
        Optional<byte[]> value = store.get(versionKey(number, major));
        return value.isEmpty()
                ? Optional.empty()
                : Optional.of(BuiltTable.decode(value.get(), "version " + major + " of table number " + number));
    }

    /// Reads a table of a checkpoint whole, row by row.
    ///
    /// @return how many rows there are
    /// @throws CorruptBlock with the first thing that is wrong
    public static long checkTable(byte[] key, byte[] value, BlockReader blocks) throws IOException {
        SavedTable saved = SavedTable.decode(TABLES.text(key, 0), value);
        KeyedTree tree = new KeyedTree(blocks, KeyedTree.DEFAULT_BLOCK_BYTES_MAX);
        for (KeyedRoot root : List.of(saved.built().rows(), saved.built().gone())) {
            KeyedReport report = tree.check(root);
            if (!report.isSound()) {
                throw new CorruptBlock(report.damage().getFirst());
            }
            try (KeyedCursor cursor = tree.scan(root, new byte[0], null)) {
                while (cursor.next()) {
                    StoredRow.decode(cursor.key(), cursor.value());
                }
            }
        }
        return saved.built().rows().entryCount();
    }

    /// Reads what a checkpoint says about one major version of a table.
    public static void checkVersion(byte[] key, byte[] value) throws CorruptBlock {
        long major = TABLE_VERSIONS.number(key, 1);
        if (major < 1) {
            throw new CorruptBlock("version " + major + " of a table; majors are counted from 1");
        }
        BuiltTable.decode(value, "version " + major);
    }

    /// At which version the commit removed the key, if it left it absent.
    static Optional<Version> goneAt(KeyedTree tree, BuiltTable commit, byte[] key) throws IOException {
        Optional<byte[]> stored = tree.get(commit.gone(), key);
        return stored.isEmpty() ? Optional.empty() : Optional.of(StoredRow.decode(key, stored.get()).version());
    }
}
