package io.distil.wire.server;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableSnapshot;

import java.util.HashMap;
import java.util.Map;

/// The snapshots one connection holds by number. A snapshot that is let go while reads use it closes behind the last of
/// them. Any thread.
final class HeldSnapshots {
    private final int countMax;
    private final ServerCounters counters;
    private final Map<Long, Held<?>> byNumber = new HashMap<>();
    private long lastNumber;
    private boolean closed;

    /// One snapshot and how many need it: its number in the table, and each read under way.
    private final class Held<T> implements SnapshotUse<T> {
        private final T snapshot;
        private final Runnable closeSnapshot;
        private int useCount = 1;

        private Held(T snapshot, Runnable closeSnapshot) {
            this.snapshot = snapshot;
            this.closeSnapshot = closeSnapshot;
        }

        @Override
        public T snapshot() {
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
            closeSnapshot.run();
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
        return add(new Held<>(snapshot, snapshot::close));
    }

    /// As {@link #add(StreamSnapshot)}.
    long add(TableSnapshot snapshot) {
        return add(new Held<>(snapshot, snapshot::close));
    }

    private long add(Held<?> held) {
        try {
            synchronized (this) {
                checkRoom();
                if (closed) {
                    throw new Refused(ErrorCode.CONNECTION_LOST, "the connection was closed");
                }
                byNumber.put(++lastNumber, held);
                counters.snapshotsHeld.increment();
                return lastNumber;
            }
        } catch (Refused e) {
            held.closeSnapshot.run();
            throw e;
        }
    }

    /// @param kind {@link StreamSnapshot} or {@link TableSnapshot}
    @SuppressWarnings("unchecked")
    synchronized <T> SnapshotUse<T> use(long number, Class<T> kind) {
        Held<?> held = byNumber.get(number);
        if (held == null) {
            throw noSuchSnapshot(number);
        }
        if (!kind.isInstance(held.snapshot)) {
            throw new Refused(
                    ErrorCode.NO_SUCH_SNAPSHOT,
                    "snapshot " + number + " is one of a " + (kind == TableSnapshot.class ? "stream" : "table"));
        }
        held.useCount++;
        return (SnapshotUse<T>) held;
    }

    /// Takes a snapshot out of the table; the caller closes it.
    synchronized SnapshotUse<?> remove(long number) {
        Held<?> held = byNumber.remove(number);
        if (held == null) {
            throw noSuchSnapshot(number);
        }
        return held;
    }

    void closeAll() {
        Map<Long, Held<?>> all;
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
