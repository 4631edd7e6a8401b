package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.LogPosition;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.ReadGate;
import io.distil.base.api.Reverts;
import io.distil.base.api.Store;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.wire.server.Served;
import io.distil.wire.server.WireServer;
import io.distil.wire.server.WireServerOptions;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Several servers that behave as the nodes of a cluster: every node is a member of every group, each group's state is one
/// model that all of them share, and the test says who leads, where tablets lie, and who knows it.
///
/// A node refuses what a real one refuses: mutations of groups it does not lead, and keys that do not lie in one group.
final class ScriptedCluster implements AutoCloseable {
    private final Map<Integer, ModelStore> groups = new TreeMap<>();
    private final Map<Integer, String> leaders = new TreeMap<>();
    private final Map<Integer, Long> terms = new TreeMap<>();
    private final List<ClusterMap.Tablet> tablets = new ArrayList<>();
    private final Map<String, Node> nodes = new TreeMap<>();
    private final Set<LogPosition> reverted = new HashSet<>();
    private long revision = 1;
    private long lastPosition;

    /// @param nodeCount named `n1`, `n2`, …; the first leads every group
    ScriptedCluster(int nodeCount, int groupCount) throws IOException {
        for (int group = 1; group <= groupCount; group++) {
            groups.put(group, new ModelStore());
            leaders.put(group, "n1");
            terms.put(group, 1L);
        }
        for (int i = 1; i <= nodeCount; i++) {
            nodes.put("n" + i, new Node("n" + i));
        }
    }

    Node node(String name) {
        return nodes.get(name);
    }

    ModelStore group(int number) {
        return groups.get(number);
    }

    // What a test says.

    synchronized void lead(int group, String node) {
        leaders.put(group, node);
        terms.merge(group, 1L, Long::sum);
    }

    /// Takes the place of all tablets of a space.
    synchronized void place(String space, ClusterMap.Tablet... placed) {
        tablets.removeIf(tablet -> tablet.space().equals(space));
        tablets.addAll(List.of(placed));
        revision++;
    }

    static ClusterMap.Tablet tablet(long id, String space, byte[] from, byte[] until, int group) {
        return new ClusterMap.Tablet(id, space, new KeyRange(from, until), group, 1, "serving");
    }

    synchronized void revert(LogPosition position) {
        reverted.add(position);
    }

    synchronized ClusterMap map() {
        List<ClusterMap.Node> all = nodes.values().stream().map(Node::described).toList();
        List<ClusterMap.Group> described = new ArrayList<>();
        for (int group : groups.keySet()) {
            String leader = leaders.get(group);
            List<ClusterMap.Member> members =
                    all.stream()
                            .map(node ->
                                    new ClusterMap.Member(
                                            node.name(), node.name().equals(leader) ? "leader" : "follower", -1, -1))
                            .toList();
            described.add(new ClusterMap.Group(group, leader, terms.get(group), members));
        }
        return new ClusterMap(revision, all, described, tablets);
    }

    private synchronized int groupOf(String space, KeyRange keys) {
        List<RoutingMap.Run> runs = new RoutingMap(map()).runs(space, keys);
        if (runs.size() > 1) {
            throw new Refused(ErrorCode.WRONG_TABLET, "keys " + keys + " lie in several groups");
        }
        return runs.getFirst().group();
    }

    private static KeyRange just(byte[] key) {
        return new KeyRange(key, Arrays.copyOf(key, key.length + 1));
    }

    private int groupOf(StreamId stream) {
        return groupOf(ClusterMap.STREAMS, MutationPlan.keys(stream));
    }

    /// The one group of a mutation, as a node finds it.
    private int groupOf(Mutation mutation) {
        return switch (mutation) {
            case Mutation.Insert m -> groupOf(m.stream());
            case Mutation.Delete m -> groupOf(m.stream());
            case Mutation.DeleteUncommitted m -> groupOf(m.stream());
            case Mutation.Flush m -> groupOf(m.stream());
            case Mutation.Create m -> groupOf(m.descriptor().id());
            case Mutation.Annotate m -> groupOf(m.stream());
            case Mutation.Obliterate m -> groupOf(m.stream());
            case Mutation.Atomic m -> {
                Set<Integer> all = new HashSet<>();
                m.replacements().forEach(part -> all.add(groupOf(part.stream())));
                if (!m.records().isEmpty()) {
                    all.add(ClusterMap.ROOT_GROUP);
                }
                yield oneOf(all);
            }
            case Mutation.WriteTable m -> {
                Set<Integer> all = new HashSet<>();
                for (KeyWrite write : m.writes()) {
                    all.add(groupOf(m.table(), just(write.key())));
                }
                yield oneOf(all);
            }
            case Mutation.OfTable m -> groupOf(m.table(), just(new byte[0]));
            case Mutation.OfTablets _ -> throw new AssertionError("no client sends this");
        };
    }

    private static int oneOf(Set<Integer> groups) {
        if (groups.size() > 1) {
            throw new Refused(ErrorCode.WRONG_TABLET, "a mutation of groups " + groups);
        }
        return groups.isEmpty() ? ClusterMap.ROOT_GROUP : groups.iterator().next();
    }

    // A node.

    final class Node extends ForwardingStore implements Store, ReadGate {
        private final String name;
        private final WireServer server;
        final CuttingProxy proxy;
        final AtomicInteger mapsTold = new AtomicInteger();
        final AtomicInteger readsPassed = new AtomicInteger();
        final AtomicInteger mutationsTaken = new AtomicInteger();
        volatile ClusterMap staleMap;
        volatile boolean isStale;

        /// Whether it has just been started, and cannot say yet how things are.
        volatile boolean isReplaying;

        volatile CountDownLatch tellsMap = new CountDownLatch(0);

        /// What becomes of the next mutations: applied or not, and the answer in doubt.
        volatile int appliedInDoubt;

        volatile int lostInDoubt;

        private Node(String name) throws IOException {
            super(new ModelStore());
            this.name = name;
            this.server =
                    WireServer.start(
                            Served.cluster(this, this, Reverts.NONE),
                            WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0));
            this.proxy = new CuttingProxy(server.address().getPort());
        }

        String address() {
            return "127.0.0.1:" + proxy.port();
        }

        private ClusterMap.Node described() {
            return new ClusterMap.Node(name, name, address(), "", "");
        }

        /// Ends the node: nobody answers at its address any more.
        void kill() throws IOException {
            proxy.close();
            server.close();
        }

        private void checkLeads(int group) {
            synchronized (ScriptedCluster.this) {
                if (!leaders.get(group).equals(name)) {
                    throw new Refused(ErrorCode.NOT_LEADER, leaders.get(group) + " leads group " + group);
                }
            }
        }

        @Override
        public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
            int group;
            try {
                if (mutation instanceof Mutation.DropTable || mutation instanceof Mutation.FlushTable) {
                    return inEveryGroup((Mutation.OfTable) mutation);
                }
                group = groupOf(mutation);
                checkLeads(group);
            } catch (Refused e) {
                return CompletableFuture.failedFuture(e);
            }
            mutationsTaken.incrementAndGet();
            if (lostInDoubt > 0) {
                lostInDoubt--;
                return CompletableFuture.failedFuture(new IOException("leads no more"));
            }
            CompletableFuture<Outcome> done = groups.get(group).submit(mutation, tag, durability);
            if (appliedInDoubt > 0) {
                appliedInDoubt--;
                return CompletableFuture.failedFuture(new IOException("leads no more"));
            }
            synchronized (ScriptedCluster.this) {
                LogPosition position = new LogPosition(group, terms.get(group), ++lastPosition);
                return done.thenApply(outcome -> outcome.at(position));
            }
        }

        /// A node does what concerns a whole table in all groups that it leads and that have a part of it.
        private CompletableFuture<Outcome> inEveryGroup(Mutation.OfTable mutation) {
            CompletableFuture<Outcome> last = null;
            for (RoutingMap.Run run : new RoutingMap(map()).runs(mutation.table(), KeyRange.ALL)) {
                if (leaders.get(run.group()).equals(name)) {
                    last = groups.get(run.group()).submit(mutation, WriteTag.NONE, Durability.MAJORITY);
                }
            }
            if (last == null) {
                throw new Refused(ErrorCode.NOT_LEADER, name + " leads no group of table " + mutation.table());
            }
            return last;
        }

        @Override
        public CompletableFuture<Void> await(LogPosition position, Durability durability) {
            synchronized (ScriptedCluster.this) {
                return reverted.contains(position)
                        ? CompletableFuture.failedFuture(new Refused(ErrorCode.REVERTED, "reverted"))
                        : CompletableFuture.completedFuture(null);
            }
        }

        @Override
        public CompletableFuture<Void> pass(Consistency consistency, Scope scope) {
            try {
                int group =
                        switch (scope) {
                            case Scope.OfStream(StreamId stream) -> groupOf(stream);
                            case Scope.OfTable(String table, KeyRange range) -> groupOf(table, range);
                            case Scope.Records _ -> ClusterMap.ROOT_GROUP;
                            case Scope.Everything _ -> 0;
                        };
                if (consistency instanceof Consistency.Leader) {
                    checkLeads(group);
                }
                if (consistency instanceof Consistency.BoundedStale && isStale) {
                    throw new Refused(ErrorCode.TOO_STALE, name + " has heard nothing for long");
                }
                readsPassed.incrementAndGet();
                return CompletableFuture.completedFuture(null);
            } catch (Refused e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        @Override
        public Store at(Consistency consistency) {
            return this;
        }

        @Override
        public StreamInfo info(StreamId stream) {
            return groups.get(groupOf(stream)).info(stream);
        }

        @Override
        public StreamSnapshot snapshot(StreamId stream, VersionSelector at) {
            return groups.get(groupOf(stream)).snapshot(stream, at);
        }

        @Override
        public StreamCursor find(StreamFilter filter) throws IOException {
            List<StreamCursor> all = new ArrayList<>();
            for (ModelStore group : groups.values()) {
                all.add(group.find(filter));
            }
            return new MergedStreams(all);
        }

        @Override
        public List<String> collections(String prefix) {
            return groups.values().stream()
                    .flatMap(group -> group.collections(prefix).stream())
                    .sorted()
                    .distinct()
                    .toList();
        }

        @Override
        public Optional<StoredRecord> record(String key) {
            return groups.get(ClusterMap.ROOT_GROUP).record(key);
        }

        @Override
        public List<StoredRecord> records(String prefix) {
            return groups.get(ClusterMap.ROOT_GROUP).records(prefix);
        }

        @Override
        public SortedMap<String, String> status() {
            return new TreeMap<>(Map.of("node", name));
        }

        @Override
        public List<TableInfo> tables(String prefix) throws IOException {
            TreeMap<String, TableInfo> all = new TreeMap<>();
            for (ModelStore group : groups.values()) {
                group.tables(prefix).forEach(table -> all.putIfAbsent(table.name(), table));
            }
            return List.copyOf(all.values());
        }

        @Override
        public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
            return tableSnapshot(table, at, KeyRange.ALL);
        }

        @Override
        public TableSnapshot tableSnapshot(String table, VersionSelector at, KeyRange range) throws IOException {
            return groups.get(groupOf(table, range)).tableSnapshot(table, at);
        }

        @Override
        public TableWatch watch(String table, KeyRange range, Version since) throws IOException {
            return groups.get(groupOf(table, range)).watch(table, range, since);
        }

        @Override
        public ClusterMap clusterMap() {
            try {
                tellsMap.await();
            } catch (InterruptedException e) {
                throw new Refused(ErrorCode.SHUTTING_DOWN, "interrupted", e);
            }
            mapsTold.incrementAndGet();
            if (isReplaying) {
                throw new Refused(ErrorCode.TOO_STALE, "this replica is still reading the log: ask again soon");
            }
            ClusterMap stale = staleMap;
            return stale != null ? stale : map();
        }

        @Override
        public void run(Operation operation, Consumer<String> progress) {
            checkLeads(ClusterMap.ROOT_GROUP);
            if (operation instanceof Operation.TransferLeader(int group, String to)) {
                progress.accept("asking " + leaders.get(group));
                lead(group, to);
                progress.accept("leader is " + to);
            } else {
                throw new Refused(ErrorCode.NO_SUCH_NODE, "not in this script");
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Node node : nodes.values()) {
            node.kill();
        }
    }
}
