package io.distil.replication.table;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.storage.store.Store;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// A read of a table: rows of one version, and the view that keeps their layers, if they have any.
///
/// A major version is, from its birth on: a frozen layer over an older tree, in the published view; then a tree not saved
/// yet, in {@link VersionedTable#unsaved}; then a tree in the store's keyed tree. It appears in the next place before it
/// leaves the one before, so a reader that looks in this order finds it.
final class ReadTable implements TableSnapshot {
    private final VersionedTable table;
    private final Version version;
    private final TableRows rows;
    private final Store store;

    /// What keeps the layers, or null if it is a tree alone.
    private final TableView view;

    private final Runnable released;
    private final AtomicBoolean closed = new AtomicBoolean();

    /// @param released called when the snapshot is closed
    static ReadTable open(VersionedTable table, VersionSelector at, Store store, Runnable released) throws IOException {
        TableView view = table.acquire();
        try {
            return switch (at) {
                case VersionSelector.Latest _ ->
                        new ReadTable(table, view.version(), view.rows(), store, view, released);
                case VersionSelector.Exactly(Version version) -> open(table, version, view, store, released);
            };
        } catch (IOException | RuntimeException e) {
            view.release();
            throw e;
        }
    }

    private static ReadTable open(VersionedTable table, Version version, TableView view, Store store, Runnable released)
            throws IOException {
        if (version.equals(view.version())) {
            return new ReadTable(table, version, view.rows(), store, view, released);
        }
        if (version.minor() != 0 || version.compareTo(view.version()) > 0) {
            throw notAvailable(table, version, view.version());
        }
        if (view.reachesBackTo(version)) {
            return new ReadTable(table, version, view.rowsAt(version), store, view, released);
        }
        BuiltTable built = built(table, version.major(), view.version(), store);
        TableRows rows = TableRows.ofTree(view.rows().tree(), built.rows());
        view.release();
        return new ReadTable(table, version, rows, store, null, released);
    }

    private ReadTable(
            VersionedTable table, Version version, TableRows rows, Store store, TableView view, Runnable released) {
        this.released = released;
        this.table = table;
        this.version = version;
        this.rows = rows;
        this.store = store;
        this.view = view;
    }

    /// A major version older than any layer.
    static BuiltTable built(VersionedTable table, long major, Version present, Store store) throws IOException {
        if (major == 0) {
            return BuiltTable.EMPTY;
        }
        BuiltTable unsaved = table.unsaved(major);
        return unsaved != null
                ? unsaved
                : TablesInStore.version(store, table.number(), major)
                        .orElseThrow(() -> notAvailable(table, Version.ofMajor(major), present));
    }

    private static Refused notAvailable(VersionedTable table, Version version, Version present) {
        String why =
                version.minor() != 0 && version.compareTo(present) < 0
                        ? "a minor version can be read only while it is the present one"
                        : "there is no such version";
        return new Refused(
                ErrorCode.VERSION_NOT_AVAILABLE,
                "version "
                        + version
                        + " of table "
                        + table.name()
                        + " is not available; the present one is "
                        + present
                        + "; "
                        + why);
    }

    @Override
    public String table() {
        return table.name();
    }

    @Override
    public Version version() {
        return version;
    }

    @Override
    public Optional<TableRow> get(byte[] key) throws IOException {
        return rows.get(key.clone());
    }

    @Override
    public TableCursor<TableRow> scan(KeyRange range, boolean backward) throws IOException {
        return new RowCursor(rows, range, backward);
    }

    @Override
    public long count(KeyRange range) throws IOException {
        return rows.count(range);
    }

    @Override
    public TableCursor<TableChange> changesSince(Version since, KeyRange range) throws IOException {
        if (since.compareTo(version) > 0) {
            throw new Refused(
                    ErrorCode.INVALID_VERSION, "version " + since + " is later than the one asked, " + version);
        }
        if (since.minor() != 0 && !since.equals(version)) {
            throw notAvailable(table, since, version);
        }
        return since.equals(version) ? none(range) : sinceMajor(since, range);
    }

    private ChangeCursor none(KeyRange range) {
        return new ChangeCursor(rows, version, version, range, _ -> false);
    }

    private ChangeCursor sinceMajor(Version since, KeyRange range) throws IOException {
        if (view != null && view.reachesBackTo(since)) {
            return sinceLayer(since, range);
        }
        BuiltTable before = built(table, since.major(), version, store);
        BuiltTable now = new BuiltTable(rows.root(), BuiltTable.EMPTY.gone());
        return new ChangeCursor(rows, version, since, range, key -> rows.tree().contains(before.rows(), key))
                .withDifference(before, now)
                .withLayers(0);
    }

    /// The layers above the earlier version name everything that was touched since, and what was there before is known.
    private ChangeCursor sinceLayer(Version since, KeyRange range) throws IOException {
        TableRows before = view.rowsAt(since);
        return new ChangeCursor(rows, version, since, range, before::contains)
                .withLayers((int) (since.major() - view.builtMajor()));
    }

    /// Everything that may differ from what somebody saw who followed the table up to `since`, whatever version that is. A key
    /// that was set and removed again in between may be in it as gone, if the commit that `since` became part of is not in
    /// memory any more.
    ChangeCursor changesSinceSeen(Version since, KeyRange range) throws IOException {
        if (since.compareTo(version) >= 0) {
            return none(range);
        }
        if (since.minor() == 0) {
            return sinceMajor(since, range);
        }
        if (view != null && view.reachesBackTo(since)) {
            return sinceLayer(since, range);
        }
        BuiltTable before = built(table, since.major(), version, store);
        BuiltTable after = built(table, since.major() + 1, version, store);
        BuiltTable now = new BuiltTable(rows.root(), BuiltTable.EMPTY.gone());
        ChangeCursor.Before mayHaveHad =
                key ->
                        rows.tree().contains(before.rows(), key)
                                || rows.tree().contains(after.rows(), key)
                                || TablesInStore.goneAt(rows.tree(), after, key)
                                        .map(at -> at.compareTo(since) > 0)
                                        .orElse(false);
        return new ChangeCursor(rows, version, since, range, mayHaveHad)
                .withDifference(before, after)
                .withGone(after)
                .withDifference(after, now)
                .withLayers(0);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            if (view != null) {
                view.release();
            }
            released.run();
        }
    }
}
