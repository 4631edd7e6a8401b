package io.distil.replication.tablet;

import io.distil.base.DiskFailed;
import io.distil.replication.flush.FlushTask;
import io.distil.storage.store.Store;

import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Builds the trees of frozen layers and writes checkpoints: everything slow about a commit, on one thread of its own. It
/// owns the store's writer. Tasks are done in the order in which they were given, so that a stream's majors follow each
/// other.
///
/// After a failure it builds nothing any more: the failed block may be anywhere. Buffers then stay in memory and in the
/// log, nothing is lost, and the tablet stops taking mutations.
final class Flusher {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    private final Store store;
    private final ManyToOneConcurrentLinkedQueue<FlushTask> tasks = new ManyToOneConcurrentLinkedQueue<>();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final Doorbell doorbell;
    private final Consumer<Runnable> results;
    private volatile IOException failure;

    /// @param results takes, on the flusher's thread, what is to be done on the tablet's
    /// @param doorbell wakes the thread that does the work
    Flusher(Store store, Consumer<Runnable> results, Doorbell doorbell) {
        this.doorbell = doorbell;
        this.store = store;
        this.results = results;
    }

    /// Why nothing is built any more, or null.
    IOException failure() {
        return failure;
    }

    /// True if every task was done or has failed.
    boolean isIdle() {
        return unfinished.get() == 0 || failure != null;
    }

    void give(FlushTask task) {
        unfinished.incrementAndGet();
        tasks.offer(task);
        doorbell.ring();
    }

    /// Does one task.
    ///
    /// @return 0 if there was none
    int doWork() {
        FlushTask task = tasks.poll();
        if (task == null) {
            return 0;
        }
        try {
            if (failure != null) {
                throw new DiskFailed("nothing is flushed since: " + failure.getMessage(), failure);
            }
            results.accept(task.run(store));
        } catch (IOException e) {
            if (failure == null) {
                LOG.error("Flushing has failed; nothing is built until the next start.", e);
                failure = e;
            }
        } finally {
            unfinished.decrementAndGet();
        }
        return 1;
    }
}
