package io.distil.wire.client;

import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.wire.frame.Request;

import java.io.IOException;
import java.util.Optional;

/// A snapshot of a table that a node holds for this client. Like {@link RemoteSnapshot} it lives as long as the connection
/// it was opened on; after that, reads name the version instead.
final class RemoteTableSnapshot implements TableSnapshot {
    private final RemoteStore store;
    private final String table;
    private final Version version;
    private final long number;
    private final long connectionNumber;
    private boolean isClosed;

    RemoteTableSnapshot(RemoteStore store, String table, Version version, long number, long connectionNumber) {
        this.store = store;
        this.table = table;
        this.version = version;
        this.number = number;
        this.connectionNumber = connectionNumber;
    }

    /// Where to look, for a request sent on the connection with this number.
    private Request.TableSource source(long onConnection) {
        return onConnection == connectionNumber
                ? new Request.TableSource.Held(number)
                : new Request.TableSource.Direct(table, VersionSelector.at(version), store.consistency());
    }

    @Override
    public String table() {
        return table;
    }

    @Override
    public Version version() {
        return version;
    }

    @Override
    public Optional<TableRow> get(byte[] key) throws IOException {
        return store.get(this::source, key);
    }

    @Override
    public TableCursor<TableRow> scan(KeyRange range, boolean backward) throws IOException {
        return store.scan(this::source, range, backward, 0);
    }

    @Override
    public long count(KeyRange range) throws IOException {
        return store.count(this::source, range);
    }

    @Override
    public TableCursor<TableChange> changesSince(Version since, KeyRange range) throws IOException {
        return store.changes(this::source, since, range);
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            store.link().closeSnapshot(number, connectionNumber);
        }
    }
}
