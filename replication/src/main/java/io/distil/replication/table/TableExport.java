package io.distil.replication.table;

import io.distil.base.CorruptBlock;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableRow;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.placement.PartWriter;
import io.distil.replication.placement.TabletSource.Part;
import io.distil.replication.table.TableLayer.Cell;
import io.distil.storage.keyed.KeyedCursor;
import io.distil.storage.keyed.KeyedDifference;
import io.distil.storage.keyed.KeyedTree;
import io.distil.storage.store.Store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

/// A copy of the rows of a range for another group, commit by commit: what each changed, as it left it, under the versions it
/// has here. So every major version of the range answers there as it does here, and who followed it here goes on there.
///
/// What the other group has is the number of its last commit. A token names a commit that is copied in part, and the last
/// key of it that was: i64 major, bytes key. It is empty between two commits.
final class TableExport {
    private static final byte[] BETWEEN = {};

    private final VersionedTable table;
    private final Store store;
    private final KeyRange range;

    TableExport(VersionedTable table, Store store, KeyRange range) {
        this.table = table;
        this.store = store;
        this.range = range;
    }

    static byte[] have(VersionedTable table) {
        byte[] have = new byte[8];
        new MemoryWriter().wrap(MemorySegment.ofArray(have)).i64(table.version().major());
        return have;
    }

    Part next(byte[] token, byte[] have, int bytesMax) throws IOException {
        long major = new MemoryReader().wrap(MemorySegment.ofArray(have), "commits of a copy").i64() + 1;
        byte[] after = null;
        if (token.length > 0) {
            MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(token), "the token of a copy");
            after = reader.i64() == major ? reader.bytes() : null;
        }
        PartWriter part = new PartWriter(PartWriter.ROWS);
        TableView view = table.acquire();
        try {
            long present = view.version().major();
            for (; major <= present; major++) {
                byte[] last = export(part, view, major, after, bytesMax);
                if (last != null) {
                    return new Part(part.content(), token(major, last), false);
                }
                TableParts.put(part, new TableParts.Commit(major));
                after = null;
                if (part.bytes() >= bytesMax && major < present) {
                    return new Part(part.content(), BETWEEN, false);
                }
            }
            return new Part(part.content(), BETWEEN, true);
        } finally {
            view.release();
        }
    }

    private static byte[] token(long major, byte[] last) {
        byte[] token = new byte[12 + last.length];
        new MemoryWriter().wrap(MemorySegment.ofArray(token)).i64(major).bytes(last);
        return token;
    }

    /// Adds the rows that a commit changed, behind the key `after`.
    ///
    /// @return null if that is all of them, or the last one
    private byte[] export(PartWriter part, TableView view, long major, byte[] after, int bytesMax) throws IOException {
        KeyRange rest = after == null ? range : new KeyRange(Arrays.copyOf(after, after.length + 1), range.until());
        if (major <= view.builtMajor()) {
            return exportBuilt(part, view, major, rest, bytesMax);
        }
        TableLayer layer = view.layers().get((int) (major - view.builtMajor() - 1));
        Iterator<Map.Entry<byte[], Cell>> cells = layer.iterator(rest, false);
        while (cells.hasNext()) {
            Map.Entry<byte[], Cell> entry = cells.next();
            Cell cell = entry.getValue();
            TableParts.put(part, new TableParts.Row(major, entry.getKey(), cell.version(), cell.value()));
            if (part.bytes() >= bytesMax && cells.hasNext()) {
                return entry.getKey();
            }
        }
        return null;
    }

    /// From the trees: keys whose rows differ from the version before, and keys that the commit left absent, which may have
    /// been absent before.
    private byte[] exportBuilt(PartWriter part, TableView view, long major, KeyRange rest, int bytesMax)
            throws IOException {
        KeyedTree tree = view.rows().tree();
        BuiltTable before = ReadTable.built(table, major - 1, view.version(), store);
        BuiltTable now = ReadTable.built(table, major, view.version(), store);
        try (KeyedDifference changed = tree.difference(before.rows(), now.rows(), rest.from(), rest.until());
                KeyedCursor gone = tree.scan(now.gone(), rest.from(), rest.until())) {
            byte[] changedKey = changed.next() ? changed.key() : null;
            byte[] goneKey = gone.next() ? gone.key() : null;
            while (changedKey != null || goneKey != null) {
                int order = compare(changedKey, goneKey);
                byte[] key = order <= 0 ? changedKey : goneKey;
                if (order >= 0) {
                    Version version = StoredRow.decode(key, gone.value()).version();
                    TableParts.put(part, new TableParts.Row(major, key, version, null));
                } else {
                    TableRow row = StoredRow.decode(key, tree.get(now.rows(), key).orElseThrow(() -> missing(major)));
                    TableParts.put(part, new TableParts.Row(major, key, row.version(), row.value()));
                }
                if (order <= 0) {
                    changedKey = changed.next() ? changed.key() : null;
                }
                if (order >= 0) {
                    goneKey = gone.next() ? gone.key() : null;
                }
                if (part.bytes() >= bytesMax && (changedKey != null || goneKey != null)) {
                    return key;
                }
            }
            return null;
        }
    }

    /// Orders two keys of which null comes last.
    private static int compare(byte[] a, byte[] b) {
        return a == null ? 1 : b == null ? -1 : Arrays.compareUnsigned(a, b);
    }

    private CorruptBlock missing(long major) {
        return new CorruptBlock(
                "version " + major + " of table " + table.name() + " lost a row and does not say when it went");
    }
}
