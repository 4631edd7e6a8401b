package io.distil.replication.tablet;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.replication.placement.TabletSet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Rows of a range that lies in several bodies of a table, each at its present version: neighbours in one group that came
/// there one by one. They count their versions apart, so the whole has none that could be asked for or compared with.
final class JoinedRows implements TableSnapshot {
    /// @param range in which the body is shown
    record Part(KeyRange range, TableSnapshot body) {}

    private final String table;

    /// In the order of keys, none between two of them.
    private final List<Part> parts;

    private final Runnable released;
    private boolean closed;

    /// @param released called when the snapshot is closed
    JoinedRows(String table, List<Part> parts, Runnable released) {
        this.released = released;
        this.table = table;
        this.parts = List.copyOf(parts);
    }

    @Override
    public String table() {
        return table;
    }

    /// That of the first part.
    @Override
    public Version version() {
        return parts.getFirst().body().version();
    }

    @Override
    public Optional<TableRow> get(byte[] key) throws IOException {
        for (Part part : parts) {
            if (part.range().contains(key)) {
                return part.body().get(key);
            }
        }
        throw new Refused(
                ErrorCode.WRONG_TABLET,
                "key " + HexFormat.of().formatHex(key) + " of table '" + table + "' lies outside of the snapshot");
    }

    @Override
    public TableCursor<TableRow> scan(KeyRange range, boolean backward) throws IOException {
        List<Part> wanted = new ArrayList<>(inside(range));
        List<Part> ordered = backward ? wanted.reversed() : wanted;
        return new TableCursor<>() {
            private int next;
            private TableCursor<TableRow> present;

            @Override
            public List<TableRow> next(int countMax) throws IOException {
                while (true) {
                    if (present == null) {
                        if (next == ordered.size()) {
                            return List.of();
                        }
                        Part part = ordered.get(next++);
                        present = part.body().scan(part.range(), backward);
                    }
                    List<TableRow> page = present.next(countMax);
                    if (!page.isEmpty()) {
                        return page;
                    }
                    close();
                }
            }

            @Override
            public void close() {
                if (present != null) {
                    present.close();
                    present = null;
                }
            }
        };
    }

    @Override
    public long count(KeyRange range) throws IOException {
        long count = 0;
        for (Part part : inside(range)) {
            count += part.body().count(part.range());
        }
        return count;
    }

    @Override
    public TableCursor<TableChange> changesSince(Version since, KeyRange range) throws IOException {
        List<Part> wanted = inside(range);
        if (wanted.size() != 1) {
            throw severalBodies(table);
        }
        return wanted.getFirst().body().changesSince(since, wanted.getFirst().range());
    }

    static Refused severalBodies(String table) {
        return new Refused(
                ErrorCode.INVALID_ARGUMENT,
                "the range lies in several tablets of table '"
                        + table
                        + "' that count their versions apart; ask for one of them");
    }

    /// The parts of a range.
    private List<Part> inside(KeyRange range) {
        List<Part> found = new ArrayList<>();
        for (Part part : parts) {
            if (TabletSet.overlap(part.range(), range)) {
                found.add(new Part(intersection(part.range(), range), part.body()));
            }
        }
        return found;
    }

    static KeyRange intersection(KeyRange a, KeyRange b) {
        byte[] from = Arrays.compareUnsigned(a.from(), b.from()) >= 0 ? a.from() : b.from();
        byte[] until =
                a.until() == null || b.until() != null && Arrays.compareUnsigned(b.until(), a.until()) < 0
                        ? b.until()
                        : a.until();
        return new KeyRange(from, until);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            parts.forEach(part -> part.body().close());
            released.run();
        }
    }
}
