package io.distil.integration.nemesis;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What happens to bytes that travel from one node to another, whoever opened the connection. Safe for use by many threads.
final class Direction {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean isCut;
    private volatile long delayNanos;

    /// From now on nothing passes. What is under way is held, as if its packets were lost and sent again.
    void cut() {
        change(true, delayNanos);
    }

    void heal() {
        change(false, 0);
    }

    /// Everything takes so much longer; the window of a connection bounds what is under way, so its throughput falls too.
    void slow(long newDelayNanos) {
        change(isCut, newDelayNanos);
    }

    private void change(boolean cut, long newDelayNanos) {
        lock.lock();
        try {
            isCut = cut;
            delayNanos = newDelayNanos;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Returns when something that was sent now would arrive.
    void pass() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(delayNanos);
        lock.lock();
        try {
            while (isCut) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
