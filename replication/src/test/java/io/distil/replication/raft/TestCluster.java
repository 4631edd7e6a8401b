package io.distil.replication.raft;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.pqm.PqmOptions;
import io.distil.replication.log.Journal;
import io.distil.replication.tablet.AppliedListener;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/// Nodes of a cluster in this process, on loopback and real files.
final class TestCluster implements AutoCloseable {
    static final int GROUP = ClusterMap.ROOT_GROUP;
    private static final int ELECTION_MILLIS = 300;
    private static final long WAIT_NANOS_MAX = 30_000_000_000L;

    final Path directory;
    final Map<String, TestNode> nodes = new TreeMap<>();

    /// What a node's replica gets for a disk.
    private final BiFunction<String, Disk, Disk> disks;

    private final LocalStoreOptions storeOptions;
    private final RaftNode.Sizes sizes;

    private TestCluster(
            Path directory,
            LocalStoreOptions storeOptions,
            BiFunction<String, Disk, Disk> disks,
            RaftNode.Sizes sizes) {
        this.disks = disks;
        this.directory = directory;
        this.storeOptions = storeOptions;
        this.sizes = sizes;
    }

    /// A cluster without nodes.
    static TestCluster empty(Path directory, LocalStoreOptions storeOptions) {
        return empty(directory, storeOptions, (name, disk) -> disk);
    }

    static TestCluster empty(Path directory, LocalStoreOptions storeOptions, BiFunction<String, Disk, Disk> disks) {
        return new TestCluster(
                directory,
                storeOptions,
                disks,
                new RaftNode.Sizes(
                        new RaftJournal.Options(new Journal.Options(4 << 20, 1 << 20), 8 << 20, 64 << 20), 8 << 10));
    }

    /// A cluster of members n1, n2, ….
    static TestCluster of(Path directory, int count) throws IOException {
        return of(directory, count, smallStore(256L << 20));
    }

    static TestCluster of(Path directory, int count, LocalStoreOptions storeOptions) throws IOException {
        TestCluster cluster = empty(directory, storeOptions);
        try {
            cluster.add("n1").create();
            cluster.grow(count);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /// Adds members until there are `count`.
    void grow(int count) throws IOException {
        for (int i = nodes.size() + 1; i <= count; i++) {
            TestNode next = add("n" + i);
            await(
                    next.name + " to be a member",
                    () -> {
                        try {
                            leader().node.admin(GROUP).add(next.node.self(), text -> {});
                            return true;
                        } catch (Refused e) {
                            // On a busy machine leaders change now and then; repeating completes it.
                            return false;
                        }
                    });
        }
    }

    static LocalStoreOptions smallStore(long checkpointLogBytes) {
        LocalStoreOptions d = LocalStoreOptions.DEFAULT;
        return new LocalStoreOptions(
                d.store(),
                new Journal.Options(4 << 20, 1 << 20),
                PqmOptions.withBudget(32L << 20),
                d.tables(),
                d.shape(),
                1 << 20,
                checkpointLogBytes,
                d.checkpointAgeNanos(),
                d.logBytesMax());
    }

    TestNode add(String name) throws IOException {
        TestNode node = new TestNode(name, freePort());
        nodes.put(name, node);
        node.open();
        return node;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /// The node that leads and says so; waits for one.
    TestNode leader() {
        return await(
                "a leader",
                () -> {
                    for (TestNode node : nodes.values()) {
                        if (node.isWritable()) {
                            return node;
                        }
                    }
                    return null;
                });
    }

    List<TestNode> followers() {
        TestNode leader = leader();
        List<TestNode> followers = new ArrayList<>(nodes.values());
        followers.remove(leader);
        return followers;
    }

    /// Waits until `wanted` is not null, nor false.
    static <T> T await(String what, Callable<T> wanted) {
        long deadline = System.nanoTime() + WAIT_NANOS_MAX;
        while (System.nanoTime() < deadline) {
            try {
                T found = wanted.call();
                if (found != null && !Boolean.FALSE.equals(found)) {
                    return found;
                }
                Thread.sleep(5);
            } catch (Exception e) {
                throw new AssertionError("while waiting for " + what, e);
            }
        }
        throw new AssertionError("waited in vain for " + what);
    }

    /// What is done to a node.
    interface NodeWork {
        void on(TestNode node) throws IOException;
    }

    /// To all nodes at once: Ratis takes a second to close a log.
    void onAll(NodeWork work) throws IOException {
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (TestNode node : nodes.values()) {
            CompletableFuture<Void> future = new CompletableFuture<>();
            done.add(future);
            Thread.ofPlatform()
                    .start(() -> {
                        try {
                            work.on(node);
                            future.complete(null);
                        } catch (IOException | RuntimeException e) {
                            future.completeExceptionally(e);
                        }
                    });
        }
        for (CompletableFuture<Void> future : done) {
            try {
                future.join();
            } catch (CompletionException e) {
                throw new IOException(e.getCause());
            }
        }
    }

    @Override
    public void close() throws IOException {
        onAll(TestNode::close);
    }

    /// One node: its Raft side and the replica of its one group.
    final class TestNode implements RaftNode.Replicas {
        final String name;
        final int port;
        final Map<Integer, LocalStore> stores = new ConcurrentHashMap<>();
        RaftNode node;

        TestNode(String name, int port) {
            this.name = name;
            this.port = port;
        }

        Path home() {
            return directory.resolve(name);
        }

        void open() throws IOException {
            Path raft = home().resolve("raft");
            Files.createDirectories(raft);
            node =
                    RaftNode.open(
                            Disks.open(raft, DiskChoice.FILE_CHANNEL),
                            new RaftNode.Options(
                                    new ClusterMap.Node(name, "", "127.0.0.1:1", "127.0.0.1:" + port, ""),
                                    raft.toFile(),
                                    ELECTION_MILLIS),
                            NanoClock.SYSTEM,
                            this,
                            sizes);
            for (int group : node.groups()) {
                open(group);
            }
            node.start();
        }

        void create() throws IOException {
            open(GROUP);
            node.create(GROUP);
        }

        @Override
        public void open(int group) throws IOException {
            stores.put(
                    group,
                    LocalStore.open(
                            disks.apply(name, Disks.open(home(), DiskChoice.FILE_CHANNEL)),
                            storeOptions,
                            NanoClock.SYSTEM,
                            LocalStore.Driving.THREADS,
                            AppliedListener.NONE,
                            node.log(group)));
        }

        @Override
        public void left(int group) {}

        LocalStore store() {
            return stores.get(GROUP);
        }

        RaftMember member() {
            return node.existing(GROUP).member();
        }

        boolean isWritable() {
            return node != null && store() != null && member().isLeaderReady();
        }

        long appliedThrough() {
            return node.existing(GROUP).opening().replica().appliedThrough();
        }

        /// As when the process dies, as far as the others can see: nothing is finished and nothing handed over.
        void kill() throws IOException {
            node.server().close();
            close();
        }

        /// As an orderly end.
        void close() throws IOException {
            if (node != null) {
                for (LocalStore store : stores.values()) {
                    store.close();
                }
                stores.clear();
                node.close();
                node = null;
            }
        }
    }
}
