package io.distil.replication.table;

import java.io.InterruptedIOException;
import java.util.concurrent.locks.LockSupport;

/// Lets the thread of a watcher wait for the next write. Ringing costs two volatile accesses while nobody waits.
final class WatchSignal {
    private volatile Thread waiter;
    private volatile boolean rung;

    void ring() {
        rung = true;
        Thread thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /// To be said before looking for something; what happens after that ends the next {@link #await} at once.
    void clear() {
        rung = false;
    }

    /// Waits until rung since {@link #clear}, or until `nanosMax` have passed, or for no reason.
    void await(long nanosMax) throws InterruptedIOException {
        waiter = Thread.currentThread();
        if (!rung) {
            LockSupport.parkNanos(this, nanosMax);
        }
        waiter = null;
        if (Thread.interrupted()) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while watching a table");
        }
    }
}
