package io.distil.replication.table;

import io.distil.base.BrokenInvariant;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.replication.table.TableLayer.Cell;
import io.distil.storage.keyed.KeyedCursor;
import io.distil.storage.keyed.KeyedDifference;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Walks what became of the keys of a range since an earlier version, each key once. One owner thread.
///
/// First it finds *candidates*, keys that may differ, by merging the sources that can name them: differences of trees, layers
/// above the earlier version, keys that a commit left absent. Then it asks the present version about each:
///
/// - It has the row. The row differs if it was written after the earlier version: rows say when.
/// - It has not. The key differs if the earlier version had it, which {@link Before} knows.
final class ChangeCursor implements TableCursor<TableChange> {
    /// Whether the earlier version had a key that is absent now.
    @FunctionalInterface
    interface Before {
        boolean had(byte[] key) throws IOException;
    }

    /// Keys that may differ, ascending.
    private interface Source extends AutoCloseable {
        /// The next key, or null at the end.
        byte[] next() throws IOException;

        @Override
        void close();
    }

    private final TableRows rows;
    private final Version version;
    private final Version since;
    private final KeyRange range;
    private final Before before;
    private final List<Source> sources = new ArrayList<>();

    /// The key on which each source stands, or null at its end.
    private final List<byte[]> heads = new ArrayList<>();

    /// @param rows of the present version, `version`
    ChangeCursor(TableRows rows, Version version, Version since, KeyRange range, Before before) {
        this.rows = rows;
        this.version = version;
        this.since = since;
        this.range = range;
        this.before = before;
    }

    /// Candidates: the keys whose rows differ between two trees.
    ChangeCursor withDifference(BuiltTable a, BuiltTable b) throws IOException {
        KeyedDifference difference = rows.tree().difference(a.rows(), b.rows(), range.from(), range.until());
        return with(
                new Source() {
                    @Override
                    public byte[] next() throws IOException {
                        return difference.next() ? difference.key() : null;
                    }

                    @Override
                    public void close() {
                        difference.close();
                    }
                });
    }

    /// Candidates: the keys that this commit left absent.
    ChangeCursor withGone(BuiltTable commit) throws IOException {
        KeyedCursor cursor = rows.tree().scan(commit.gone(), range.from(), range.until());
        return with(
                new Source() {
                    @Override
                    public byte[] next() throws IOException {
                        return cursor.next() ? cursor.key() : null;
                    }

                    @Override
                    public void close() {
                        cursor.close();
                    }
                });
    }

    /// Candidates: the keys of the present version's layers from `firstIndex` on.
    ChangeCursor withLayers(int firstIndex) throws IOException {
        for (TableLayer layer : rows.layers().subList(firstIndex, rows.layers().size())) {
            Iterator<Map.Entry<byte[], Cell>> iterator = layer.iterator(range, false);
            with(
                    new Source() {
                        @Override
                        public byte[] next() {
                            return iterator.hasNext() ? iterator.next().getKey() : null;
                        }

                        @Override
                        public void close() {}
                    });
        }
        return this;
    }

    private ChangeCursor with(Source source) throws IOException {
        sources.add(source);
        try {
            heads.add(source.next());
            return this;
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public List<TableChange> next(int countMax) throws IOException {
        BrokenInvariant.check(countMax > 0, "a page of " + countMax + " changes");
        List<TableChange> page = new ArrayList<>();
        long pageBytes = 0;
        while (page.size() < countMax && pageBytes < RowCursor.PAGE_BYTES_MAX) {
            byte[] key = takeCandidate();
            if (key == null) {
                break;
            }
            Optional<TableChange> change = change(key);
            if (change.isPresent()) {
                page.add(change.get());
                pageBytes += key.length + change.get().value().map(value -> value.length).orElse(0);
            }
        }
        return page;
    }

    private byte[] takeCandidate() throws IOException {
        byte[] key = null;
        for (byte[] head : heads) {
            if (head != null && (key == null || Arrays.compareUnsigned(head, key) < 0)) {
                key = head;
            }
        }
        for (int i = 0; i < heads.size(); i++) {
            if (heads.get(i) != null && Arrays.equals(heads.get(i), key)) {
                heads.set(i, sources.get(i).next());
            }
        }
        return key;
    }

    private Optional<TableChange> change(byte[] key) throws IOException {
        Optional<TableRow> now = rows.get(key);
        if (now.isPresent()) {
            TableRow row = now.get();
            return row.version().compareTo(since) > 0
                    ? Optional.of(new TableChange(key, row.version(), Optional.of(row.value())))
                    : Optional.empty();
        }
        return before.had(key) ? Optional.of(new TableChange(key, version, Optional.empty())) : Optional.empty();
    }

    @Override
    public void close() {
        sources.forEach(Source::close);
        sources.clear();
        heads.clear();
    }
}
