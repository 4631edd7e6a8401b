package io.distil.replication.backup;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterAdmin;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableStore;
import io.distil.base.api.VersionSelector;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// The store that is backed up: near or far, a leader or a replica that follows. Safe for use by many threads.
record BackupSource(StreamStore streams, TableStore tables) {
    private interface Question<T> {
        T ask() throws IOException;
    }

    private static final int ATTEMPTS_MAX = 600;
    private static final long PAUSE_NANOS = 50_000_000;

    /// What passes by itself: a replica that has not come to the version yet, one that is behind, one that is busy.
    private static final Set<ErrorCode> PASSING =
            Set.of(ErrorCode.VERSION_NOT_AVAILABLE, ErrorCode.TOO_STALE, ErrorCode.OVERLOADED, ErrorCode.NOT_LEADER);

    StreamSnapshot snapshot(BackupItem.OfStream stream) throws IOException {
        VersionSelector at = VersionSelector.at(stream.version());
        return patiently(() -> streams.snapshot(stream.descriptor().id(), at));
    }

    /// @param range in one group
    TableSnapshot snapshot(BackupItem.OfTable table, KeyRange range) throws IOException {
        VersionSelector at = VersionSelector.at(table.version());
        TableSnapshot snapshot = patiently(() -> tables.tableSnapshot(table.table(), at, range));
        try {
            checkSameTable(table);
            return snapshot;
        } catch (IOException | RuntimeException e) {
            snapshot.close();
            throw e;
        }
    }

    /// The stretches of a table's keys that lie in one group each: groups count versions apart.
    List<KeyRange> stretches(String table) throws IOException {
        if (!(tables instanceof ClusterAdmin cluster)) {
            return List.of(KeyRange.ALL);
        }
        List<ClusterMap.Tablet> tablets =
                cluster.clusterMap().tablets().stream()
                        .filter(tablet -> tablet.space().equals(table))
                        .sorted((a, b) -> Arrays.compareUnsigned(a.range().from(), b.range().from()))
                        .toList();
        List<KeyRange> stretches = new ArrayList<>();
        byte[] from = KeyRange.ALL.from();
        for (int i = 1; i < tablets.size(); i++) {
            if (tablets.get(i).group() != tablets.get(i - 1).group()) {
                byte[] border = tablets.get(i).range().from();
                stretches.add(new KeyRange(from, border));
                from = border;
            }
        }
        stretches.add(new KeyRange(from, null));
        return stretches;
    }

    /// Another table of the same name may have a version of the same number.
    private void checkSameTable(BackupItem.OfTable table) throws IOException {
        boolean isSame =
                tables.tables(table.table()).stream()
                        .filter(info -> info.name().equals(table.table()))
                        .map(TableInfo::createdEpochNanos)
                        .anyMatch(created -> created == table.createdEpochNanos());
        if (!isSame) {
            throw new Refused(
                    ErrorCode.NO_SUCH_TABLE,
                    "table " + table.table() + " was dropped while it was backed up; begin another backup");
        }
    }

    private static <T> T patiently(Question<T> question) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                return question.ask();
            } catch (Refused e) {
                if (!PASSING.contains(e.code()) || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
