package io.distil.replication.tablet;

import java.util.concurrent.locks.LockSupport;

/// Lets one thread sleep until there is work. Ringing costs a volatile read while the thread is awake.
final class Doorbell {
    private volatile Thread sleeper;
    private volatile boolean rung;

    /// Wakes the sleeper, or keeps it from falling asleep next time.
    void ring() {
        rung = true;
        Thread thread = sleeper;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /// Sleeps until rung or until `nanosMax` have passed. For the one thread that owns this side.
    void sleep(long nanosMax) {
        sleeper = Thread.currentThread();
        if (!rung) {
            LockSupport.parkNanos(this, nanosMax);
        }
        sleeper = null;
        rung = false;
    }
}
