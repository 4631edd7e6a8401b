package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A snapshot of a table whose tablets may lie in several groups: a part for each stretch of keys in one group, all opened
/// before anything is shown, so that splits and moves in the middle of a scan change nothing in it.
///
/// Versions are counted by each group for itself. So a table in several groups is not shown at one instant but at one version
/// for each part; it cannot be asked for by a version, nor compared with one.
final class ClusterTableSnapshot implements TableSnapshot {
    private final ClusterReads reads;
    private final String table;
    private final List<TablePart> parts;

    private ClusterTableSnapshot(ClusterReads reads, String table, List<TablePart> parts) {
        this.reads = reads;
        this.table = table;
        this.parts = parts;
    }

    static ClusterTableSnapshot open(
            ClusterReads reads, Consistency consistency, String table, VersionSelector at, KeyRange range)
            throws IOException {
        return reads.repeated(attempt -> {
            RoutingMap map = reads.known();
            List<RoutingMap.Run> runs =
                    map == null ? List.of(new RoutingMap.Run(range, ClusterMap.ROOT_GROUP)) : map.runs(table, range);
            if (runs.size() > 1 && at instanceof VersionSelector.Exactly) {
                throw severalGroups(table, "shown at a version");
            }
            List<TablePart> parts = new ArrayList<>();
            try {
                for (RoutingMap.Run run : runs) {
                    parts.add(TablePart.open(reads, consistency, table, at, run, attempt));
                }
                return new ClusterTableSnapshot(reads, table, parts);
            } catch (Throwable e) {
                parts.forEach(TablePart::close);
                throw e;
            }
        });
    }

    static Refused severalGroups(String table, String what) {
        return new Refused(
                ErrorCode.INVALID_ARGUMENT,
                "table '"
                        + table
                        + "' lies in several groups, which count their versions apart; it cannot be "
                        + what
                        + " as a whole, but a range in one group can");
    }

    @Override
    public String table() {
        return table;
    }

    /// That of its first part.
    @Override
    public Version version() {
        return parts.getFirst().version();
    }

    @Override
    public Optional<TableRow> get(byte[] key) throws IOException {
        for (TablePart part : parts) {
            if (part.range().contains(key)) {
                return reads.repeated(attempt -> part.held(attempt).get(key));
            }
        }
        return Optional.empty();
    }

    @Override
    public long count(KeyRange range) throws IOException {
        long count = 0;
        for (TablePart part : parts) {
            Optional<KeyRange> inPart = common(part.range(), range);
            if (inPart.isPresent()) {
                count += reads.repeated(attempt -> part.held(attempt).count(inPart.get()));
            }
        }
        return count;
    }

    @Override
    public TableCursor<TableRow> scan(KeyRange range, boolean backward) throws IOException {
        List<TablePart> inTurn = backward ? parts.reversed() : parts;
        return walk(inTurn, range, (part, attempt, inPart) -> part.held(attempt).scan(inPart, backward));
    }

    @Override
    public TableCursor<TableChange> changesSince(Version since, KeyRange range) throws IOException {
        if (parts.size() > 1) {
            throw severalGroups(table, "compared with a version");
        }
        return walk(parts, range, (part, attempt, inPart) -> part.held(attempt).changesSince(since, inPart));
    }

    private interface Opener<T> {
        TableCursor<T> open(TablePart part, int attempt, KeyRange range) throws IOException;
    }

    /// Part after part; the first one is opened here, so that what is refused is refused here.
    private <T> TableCursor<T> walk(List<TablePart> inTurn, KeyRange range, Opener<T> opener) throws IOException {
        List<TablePart> left = new ArrayList<>();
        for (TablePart part : inTurn) {
            if (common(part.range(), range).isPresent()) {
                left.add(part);
            }
        }
        return new PartCursor<>(left, range, opener);
    }

    private final class PartCursor<T> implements TableCursor<T> {
        private final List<TablePart> left;
        private final KeyRange range;
        private final Opener<T> opener;
        private TableCursor<T> cursor;

        private PartCursor(List<TablePart> left, KeyRange range, Opener<T> opener) throws IOException {
            this.left = left;
            this.range = range;
            this.opener = opener;
            advance();
        }

        private void advance() throws IOException {
            close();
            if (!left.isEmpty()) {
                TablePart part = left.removeFirst();
                KeyRange inPart = common(part.range(), range).orElseThrow();
                cursor = reads.repeated(attempt -> opener.open(part, attempt, inPart));
            }
        }

        @Override
        public List<T> next(int countMax) throws IOException {
            while (cursor != null) {
                List<T> page = cursor.next(countMax);
                if (!page.isEmpty()) {
                    return page;
                }
                advance();
            }
            return List.of();
        }

        @Override
        public void close() {
            if (cursor != null) {
                cursor.close();
                cursor = null;
            }
        }
    }

    /// The keys of both ranges, if there are any.
    private static Optional<KeyRange> common(KeyRange left, KeyRange right) {
        byte[] from = Arrays.compareUnsigned(left.from(), right.from()) >= 0 ? left.from() : right.from();
        byte[] until =
                left.until() == null || right.until() != null && Arrays.compareUnsigned(right.until(), left.until()) < 0
                        ? right.until()
                        : left.until();
        return until != null && Arrays.compareUnsigned(from, until) >= 0
                ? Optional.empty()
                : Optional.of(new KeyRange(from, until));
    }

    @Override
    public void close() {
        parts.forEach(TablePart::close);
    }
}
