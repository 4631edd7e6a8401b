package io.distil.replication.tablet;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.replication.placement.Ownership;

import java.io.IOException;
import java.util.HexFormat;
import java.util.Optional;

/// A snapshot of a body, in which only the range is shown that it was opened for: what lies beside it may be another
/// group's by now.
final class OwnedRows implements TableSnapshot {
    private final TableSnapshot body;
    private final String table;
    private final KeyRange range;
    private final Runnable released;
    private boolean closed;

    /// @param released called when the snapshot is closed
    OwnedRows(TableSnapshot body, String table, KeyRange range, Runnable released) {
        this.released = released;
        this.body = body;
        this.table = table;
        this.range = range;
    }

    @Override
    public String table() {
        return table;
    }

    @Override
    public Version version() {
        return body.version();
    }

    @Override
    public Optional<TableRow> get(byte[] key) throws IOException {
        if (!range.contains(key)) {
            throw outside("key " + HexFormat.of().formatHex(key));
        }
        return body.get(key);
    }

    @Override
    public TableCursor<TableRow> scan(KeyRange wanted, boolean backward) throws IOException {
        return body.scan(inside(wanted), backward);
    }

    @Override
    public long count(KeyRange wanted) throws IOException {
        return body.count(inside(wanted));
    }

    @Override
    public TableCursor<TableChange> changesSince(Version since, KeyRange wanted) throws IOException {
        return body.changesSince(since, inside(wanted));
    }

    private KeyRange inside(KeyRange wanted) {
        if (!Ownership.contains(range, wanted)) {
            throw outside("range " + wanted);
        }
        return wanted;
    }

    private Refused outside(String what) {
        return new Refused(
                ErrorCode.WRONG_TABLET,
                what + " of table '" + table + "' lies outside of " + range + ", for which the snapshot was opened");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            body.close();
            released.run();
        }
    }
}
