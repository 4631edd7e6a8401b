package io.distil.replication.tablet;

import io.distil.base.DiskFailed;
import io.distil.base.Refused;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.pqm.StreamView;
import io.distil.storage.store.Store;
import io.distil.storage.tree.SeriesRoot;
import io.distil.storage.tree.SeriesTree;

import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Builds the trees of frozen layers and writes checkpoints: everything slow about a commit, on one thread of its own. It
/// owns the store's writer. Tasks are done in the order in which they were given, so that a stream's majors follow each
/// other.
///
/// After a failure it builds nothing any more: the failed block may be anywhere. Buffers then stay in memory and in the
/// log, nothing is lost, and the tablet stops taking mutations.
final class Flusher {
    private sealed interface Task {}

    private record Build(TabletStream stream) implements Task {}

    private record WriteCheckpoint(Checkpointer.Plan plan) implements Task {}

    /// Where results go. Called on the flusher's thread.
    interface Results {
        void built(TabletStream stream, long major, BuiltVersion version);

        void checkpointed(Checkpointer.Plan plan);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    private final Store store;
    private final SeriesTree tree;
    private final ManyToOneConcurrentLinkedQueue<Task> tasks = new ManyToOneConcurrentLinkedQueue<>();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final Doorbell doorbell = new Doorbell();
    private final Results results;
    private volatile IOException failure;

    Flusher(Store store, SeriesTree tree, Results results) {
        this.store = store;
        this.tree = tree;
        this.results = results;
    }

    Doorbell doorbell() {
        return doorbell;
    }

    /// Why nothing is built any more, or null.
    IOException failure() {
        return failure;
    }

    /// True if every task was done or has failed.
    boolean isIdle() {
        return unfinished.get() == 0 || failure != null;
    }

    /// Builds the tree of the stream's oldest commit that has none. Not given again for a stream before the result is in.
    void build(TabletStream stream) {
        give(new Build(stream));
    }

    void writeCheckpoint(Checkpointer.Plan plan) {
        give(new WriteCheckpoint(plan));
    }

    private void give(Task task) {
        unfinished.incrementAndGet();
        tasks.offer(task);
        doorbell.ring();
    }

    /// Does one task.
    ///
    /// @return 0 if there was none
    int doWork() {
        Task task = tasks.poll();
        if (task == null) {
            return 0;
        }
        try {
            if (failure != null) {
                throw new DiskFailed("nothing is flushed since: " + failure.getMessage(), failure);
            }
            switch (task) {
                case Build(TabletStream stream) -> buildTree(stream);
                case WriteCheckpoint checkpoint -> {
                    Checkpointer.write(store, checkpoint.plan());
                    results.checkpointed(checkpoint.plan());
                }
            }
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

    private void buildTree(TabletStream stream) throws IOException {
        if (stream.isObliterated()) {
            return;
        }
        try (StreamView view = stream.buffer().acquireNextToBuild().orElseThrow()) {
            long major = view.version().major();
            SeriesRoot root = tree.commit(view.root(), view.overlay(), major, store.writer());
            // Always known: a commit that is not built keeps its history.
            List<TimeRange> touched = view.changedSince(Version.ofMajor(major - 1), 0).orElseThrow();
            results.built(stream, major, new BuiltVersion(root, touched));
        } catch (Refused e) {
            // Obliterated meanwhile: nobody wants the tree.
            LOG.debug("Not built: {}", e.getMessage());
        }
    }
}
