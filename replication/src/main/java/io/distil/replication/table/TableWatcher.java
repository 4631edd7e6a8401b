package io.distil.replication.table;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.storage.store.Store;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Follows a table, mutation by mutation.
///
/// ```
///   FOLLOWING ──what comes next is forgotten──▶ CATCHING UP: pages of the difference to a snapshot
///       ▲                                            │
///       └────────────── the snapshot's version ──────┘
/// ```
///
/// It holds a version and, while it catches up, a snapshot: no changes wait for it anywhere. One owner thread.
final class TableWatcher implements TableWatch {
    private static final int CATCH_UP_CHANGES_MAX = 1024;

    /// Longer waits would overflow a count of nanoseconds some day.
    private static final Duration TIMEOUT_MAX = Duration.ofDays(365);

    private final VersionedTable table;
    private final KeyRange range;
    private final Store store;
    private final NanoClock clock;
    private final WatchSignal signal = new WatchSignal();

    /// Everything up to here was handed out.
    private Version through;

    private final Runnable released;
    private boolean closed;
    private ReadTable snapshot;
    private ChangeCursor catchUp;

    /// @param released called when the watch is closed
    TableWatcher(VersionedTable table, KeyRange range, Version since, Store store, NanoClock clock, Runnable released) {
        Version present = table.version();
        if (since.compareTo(present) > 0) {
            throw new Refused(
                    ErrorCode.INVALID_VERSION,
                    "version " + since + " of table " + table.name() + " is later than the present one, " + present);
        }
        this.table = table;
        this.range = range;
        this.store = store;
        this.clock = clock;
        this.through = since;
        this.released = released;
        table.addWatcher(signal);
    }

    @Override
    public Batch next(Duration timeout) throws IOException {
        long began = clock.monotonicNanos();
        long nanosMax = timeout.compareTo(TIMEOUT_MAX) > 0 ? TIMEOUT_MAX.toNanos() : timeout.toNanos();
        while (true) {
            signal.clear();
            table.checkNotGone();
            Batch batch = catchUp == null ? follow() : nextOfCatchUp();
            if (batch != null) {
                return batch;
            }
            long left = nanosMax - (clock.monotonicNanos() - began);
            if (left <= 0) {
                return null;
            }
            signal.await(left);
        }
    }

    /// The next mutation that concerns the range, or null if there is none yet.
    private Batch follow() throws IOException {
        while (true) {
            Map.Entry<Version, List<TableChange>> next = table.recent().after(through);
            if (!table.recent().reachBackTo(through)) {
                return beginCatchUp();
            }
            if (next == null) {
                return null;
            }
            through = next.getKey();
            List<TableChange> changes = inRange(next.getValue());
            if (!changes.isEmpty()) {
                return new Batch(through, false, changes);
            }
        }
    }

    private List<TableChange> inRange(List<TableChange> changes) {
        return changes.stream().filter(change -> range.contains(change.key())).toList();
    }

    private Batch beginCatchUp() throws IOException {
        snapshot = ReadTable.open(table, VersionSelector.LATEST, store, () -> {});
        try {
            catchUp = snapshot.changesSinceSeen(through, range);
        } catch (IOException | RuntimeException e) {
            endCatchUp();
            throw e;
        }
        return nextOfCatchUp();
    }

    /// The next page of the difference; the last one, which may be empty, says that everything up to the snapshot's version
    /// was handed out.
    private Batch nextOfCatchUp() throws IOException {
        try {
            List<TableChange> changes = catchUp.next(CATCH_UP_CHANGES_MAX);
            if (changes.isEmpty()) {
                through = snapshot.version();
                endCatchUp();
            }
            return new Batch(through, true, changes);
        } catch (IOException | RuntimeException e) {
            endCatchUp();
            throw e;
        }
    }

    private void endCatchUp() {
        if (catchUp != null) {
            catchUp.close();
            catchUp = null;
        }
        if (snapshot != null) {
            snapshot.close();
            snapshot = null;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            table.removeWatcher(signal);
            endCatchUp();
            released.run();
        }
    }
}
