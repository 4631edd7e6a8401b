package io.distil.replication.table;

import io.distil.base.CorruptBlock;
import io.distil.base.Version;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.placement.PartWriter;

/// The items of a part of a copy of rows.
///
/// | item | behind u32 its number and i64 the major that it leads to |
/// |---|---|
/// | 1 row | bytes key, i64 major and minor of the version that wrote or removed it, u32 1 and bytes of the value, or u32 0 if the commit left it absent |
/// | 2 commit | – |
final class TableParts {
    private static final int ROW = 1;
    private static final int COMMIT = 2;

    sealed interface Item {
        long major();
    }

    /// @param value null if the commit left the row absent
    record Row(long major, byte[] key, Version version, byte[] value) implements Item {}

    record Commit(long major) implements Item {}

    private TableParts() {}

    static void put(PartWriter part, Row row) {
        int valueBytes = row.value() == null ? 0 : 4 + row.value().length;
        MemoryWriter writer = part.begin(36 + row.key().length + valueBytes);
        writer.u32(ROW).i64(row.major()).bytes(row.key());
        writer.i64(row.version().major()).i64(row.version().minor()).u32(row.value() == null ? 0 : 1);
        if (row.value() != null) {
            writer.bytes(row.value());
        }
        part.end();
    }

    static void put(PartWriter part, Commit commit) {
        part.begin(12).u32(COMMIT).i64(commit.major());
        part.end();
    }

    static Item read(MemoryReader reader) throws CorruptBlock {
        int kind = reader.u32();
        long major = reader.i64();
        return switch (kind) {
            case ROW -> {
                byte[] key = reader.bytes();
                Version version = new Version(reader.i64(), reader.i64());
                yield new Row(major, key, version, reader.u32() == 1 ? reader.bytes() : null);
            }
            case COMMIT -> new Commit(major);
            default -> throw new CorruptBlock("an item of unknown kind " + kind + " of a copy of rows");
        };
    }
}
