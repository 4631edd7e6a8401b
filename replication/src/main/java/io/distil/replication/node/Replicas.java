package io.distil.replication.node;

import io.distil.base.NanoClock;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Reverts;
import io.distil.replication.raft.RaftNode;
import io.distil.replication.tablet.AppliedListener;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The stores of the groups that this node is a member of, opened and closed as Raft says. Safe for use by many threads.
final class Replicas implements RaftNode.Replicas {
    private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);
    private static final long CLOSE_SECONDS_MAX = 60;

    private final NodeDirectory directory;
    private final LocalStoreOptions options;
    private final NanoClock clock;
    private final Map<Integer, LocalStore> stores = new ConcurrentSkipListMap<>();
    private final List<Consumer<Reverts.Revert>> revertListeners = new CopyOnWriteArrayList<>();

    /// Raft's threads must not wait for a store to close.
    private final ExecutorService closer =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("distil-replica-closer").factory());

    private RaftNode raft;

    Replicas(NodeDirectory directory, LocalStoreOptions options, NanoClock clock) {
        this.directory = directory;
        this.options = options;
        this.clock = clock;
    }

    /// Must be called before anything is opened.
    void attach(RaftNode node) {
        raft = node;
    }

    /// Where a group's replica lies.
    static String path(int group) {
        return group == ClusterMap.ROOT_GROUP ? "" : "groups/" + group;
    }

    @Override
    public void open(int group) throws IOException {
        LocalStore store =
                LocalStore.open(
                        directory.open(path(group)),
                        options,
                        clock,
                        LocalStore.Driving.THREADS,
                        AppliedListener.NONE,
                        raft.log(group));
        store.subscribe(revert -> revertListeners.forEach(listener -> listener.accept(revert)));
        stores.put(group, store);
        LOG.info("Opened the replica of group {}, applied through {}.", group, store.appliedThrough());
    }

    @Override
    public void left(int group) {
        LocalStore store = stores.remove(group);
        if (store == null) {
            return;
        }
        closer.execute(() -> {
            try {
                store.close();
                // What is left would be taken for the past of whatever group this node joins next under the number.
                directory.deleteStore(path(group));
                LOG.info("This node is no member of group {} any more; its replica is deleted.", group);
            } catch (IOException | RuntimeException e) {
                LOG.warn("The replica of group {}, which this node has left, could not be deleted.", group, e);
            }
        });
    }

    @Override
    public CompletableFuture<byte[]> answer(int group, byte[] question) {
        return get(group)
                .map(store -> GroupPorts.answer(store, question))
                .orElseGet(() ->
                        CompletableFuture.failedFuture(
                                new IOException("this node has no replica of group " + group + " any more")));
    }

    Optional<LocalStore> get(int group) {
        return Optional.ofNullable(stores.get(group));
    }

    /// By group.
    Map<Integer, LocalStore> all() {
        return stores;
    }

    Collection<LocalStore> stores() {
        return stores.values();
    }

    Reverts.Subscription subscribe(Consumer<Reverts.Revert> listener) {
        revertListeners.add(listener);
        return () -> revertListeners.remove(listener);
    }

    /// Closes all that are open, after what was left before.
    void close(Exception failed) {
        closer.shutdown();
        try {
            if (!closer.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                failed.addSuppressed(new IOException("replicas of groups that were left did not close"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (LocalStore store : stores.values()) {
            try {
                store.close();
            } catch (IOException | RuntimeException e) {
                failed.addSuppressed(e);
            }
        }
        stores.clear();
    }
}
