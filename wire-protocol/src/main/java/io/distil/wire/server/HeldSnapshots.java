package io.distil.wire.server;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.StreamSnapshot;

import java.util.HashMap;
import java.util.Map;

/// The snapshots one connection holds by number. A snapshot that is let go while reads use it closes behind the last of
/// them. Any thread.
final class HeldSnapshots {
    private final int countMax;
    private final ServerCounters counters;
    private final Map<Long, Held> byNumber = new HashMap<>();
    private long lastNumber;
    private boolean closed;

    /// One snapshot and how many need it: its number in the table, and each read under way.
    private final class Held implements SnapshotUse {
        private final StreamSnapshot snapshot;
        private int useCount = 1;

        private Held(StreamSnapshot snapshot) {
            this.snapshot = snapshot;
        }

        @Override
        public StreamSnapshot snapshot() {
            return snapshot;
        }

        @Override
        public void close() {
            synchronized (HeldSnapshots.this) {
                if (--useCount > 0) {
                    return;
                }
            }
            counters.snapshotsHeld.decrement();
            snapshot.close();
        }
    }

    HeldSnapshots(int countMax, ServerCounters counters) {
        this.countMax = countMax;
        this.counters = counters;
    }

    /// Refuses what {@link #add} would refuse, before the store is asked.
    synchronized void checkRoom() {
        if (byNumber.size() >= countMax) {
            throw new Refused(
                    ErrorCode.OVERLOADED,
                    "this connection holds " + byNumber.size() + " snapshots; close some before opening more");
        }
    }

    /// Takes over a snapshot.
    ///
    /// @return its number, from 1
    long add(StreamSnapshot snapshot) {
        try {
            synchronized (this) {
                checkRoom();
                if (closed) {
                    throw new Refused(ErrorCode.CONNECTION_LOST, "the connection was closed");
                }
                byNumber.put(++lastNumber, new Held(snapshot));
                counters.snapshotsHeld.increment();
                return lastNumber;
            }
        } catch (Refused e) {
            snapshot.close();
            throw e;
        }
    }

    synchronized SnapshotUse use(long number) {
        Held held = byNumber.get(number);
        if (held == null) {
            throw noSuchSnapshot(number);
        }
        held.useCount++;
        return held;
    }

    /// Takes a snapshot out of the table; the caller closes it.
    synchronized SnapshotUse remove(long number) {
        Held held = byNumber.remove(number);
        if (held == null) {
            throw noSuchSnapshot(number);
        }
        return held;
    }

    void closeAll() {
        Map<Long, Held> all;
        synchronized (this) {
            closed = true;
            all = new HashMap<>(byNumber);
            byNumber.clear();
        }
        all.values().forEach(Held::close);
    }

    private static Refused noSuchSnapshot(long number) {
        return new Refused(ErrorCode.NO_SUCH_SNAPSHOT, "this connection holds no snapshot " + number);
    }
}
