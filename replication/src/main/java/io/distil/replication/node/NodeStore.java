package io.distil.replication.node;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.LogPosition;
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
import io.distil.replication.placement.Coordinator;
import io.distil.replication.placement.Groups;
import io.distil.replication.raft.RaftNode;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.StoreMetrics;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A node of a cluster: the door of this package. Safe for use by many threads.
///
/// ```
///   open ──> (has groups: they are opened, and it takes part in them)
///        └─> (has none)  ──> found(): a cluster of itself
///                        └─> somebody makes it a member: its replicas are opened as that happens
/// ```
///
/// Its reads show what this node has applied; {@link #pass} says when that is as fresh as somebody wants it. What none of its
/// groups has it refuses as `WRONG_TABLET`, what only a leader may do and it does not lead as `NOT_LEADER`, naming the leader:
/// a client knows from that whom to ask.
public final class NodeStore implements Store, ReadGate, Reverts {
    private final Replicas replicas;
    private final Routing routing;
    private final RaftNode raft;
    private final ClusterMaps maps;
    private final Operations operations;
    private final TabletKeeper keeper;

    /// Opens a node, and the replicas of the groups it is a member of already. It takes part in them when this returns.
    ///
    /// @throws Refused `INVALID_ARGUMENT` if the directory belongs to a node of another name
    public static NodeStore open(NodeOptions options, NodeDirectory directory, NanoClock clock, Nodes nodes)
            throws IOException {
        Replicas replicas = new Replicas(directory, options.replica(), clock);
        RaftNode raft =
                RaftNode.open(
                        directory.open("raft"),
                        new RaftNode.Options(
                                options.self(), directory.file("raft"), options.raftHost(), options.electionMillis()),
                        clock,
                        replicas);
        NodeStore node = new NodeStore(replicas, raft, nodes);
        try {
            replicas.attach(raft);
            for (int group : raft.groups()) {
                replicas.open(group);
            }
            raft.start();
            return node;
        } catch (IOException | RuntimeException e) {
            node.closeAfter(e);
            throw e;
        }
    }

    private NodeStore(Replicas replicas, RaftNode raft, Nodes nodes) {
        this.replicas = replicas;
        this.raft = raft;
        this.routing = new Routing(replicas);
        this.maps = new ClusterMaps(raft, replicas);
        RootRecords records = new RootRecords(replicas, maps, nodes);
        Coordinator coordinator = new Coordinator(records, new Groups(new GroupPorts(raft, replicas, maps)));
        this.operations = new Operations(raft, replicas, maps, nodes, records, coordinator);
        this.keeper = TabletKeeper.start(maps, coordinator);
    }

    /// True if the node has replicas: it is a member of a cluster, or about to be one.
    public boolean hasReplicas() {
        return !raft.groups().isEmpty();
    }

    /// True if the members of a group of this node count it among them, under the identity and with the addresses that it
    /// has. A replica alone is not enough: it is made before the others agree.
    public boolean isMember() {
        return maps.isMember();
    }

    /// Makes this node a cluster of its own, with what its data directory holds as the root group.
    public void found() throws IOException {
        replicas.open(ClusterMap.ROOT_GROUP);
        raft.create(ClusterMap.ROOT_GROUP);
    }

    /// This node as others see it.
    public ClusterMap.Node self() {
        return raft.self();
    }

    /// Numbers of the groups this node is a member of, with its roles: `1:leader`.
    public List<String> roles() {
        return maps.roles();
    }

    /// Whether this node leads the group and has applied everything of earlier leaders.
    public boolean leads(int group) {
        return maps.leads(group);
    }

    /// Why this node should not be asked yet, or empty: it is a member, each of its groups has a leader, and it is not far
    /// behind.
    public Optional<String> whyNotReady() {
        return replicas.all().isEmpty()
                ? Optional.of("it is not a member of the cluster yet")
                : trouble().or(maps::whyNotReady);
    }

    /// Why only reads are answered, or empty.
    public Optional<String> trouble() {
        for (Map.Entry<Integer, LocalStore> replica : replicas.all().entrySet()) {
            Optional<String> trouble = replica.getValue().trouble();
            if (trouble.isPresent()) {
                return trouble.map(why -> "group " + replica.getKey() + ": " + why);
            }
        }
        return Optional.empty();
    }

    /// What each group's replica counts.
    public Map<Integer, StoreMetrics> metrics() {
        Map<Integer, StoreMetrics> metrics = new TreeMap<>();
        replicas.all().forEach((group, store) -> metrics.put(group, store.metrics()));
        return metrics;
    }

    /// How each group looks from here.
    public Map<Integer, GroupState> states() {
        return maps.states();
    }

    // Mutations.

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        try {
            return routing.of(mutation).submit(mutation, tag, durability);
        } catch (Refused e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        Optional<LocalStore> group = replicas.get(position.group());
        return group.isPresent()
                ? group.get().await(position, durability)
                : CompletableFuture.failedFuture(
                        new Refused(ErrorCode.WRONG_TABLET, "this node is not a member of group " + position.group()));
    }

    @Override
    public Subscription subscribe(Consumer<Revert> listener) {
        return replicas.subscribe(listener);
    }

    // Reads.

    /// Reads through a node do not wait: its gate does.
    @Override
    public Store at(Consistency consistency) {
        return this;
    }

    @Override
    public CompletableFuture<Void> pass(Consistency consistency, Scope scope) {
        try {
            return switch (scope) {
                case Scope.OfStream s -> passOwner(consistency, () -> routing.wholeStream(s.stream()));
                case Scope.OfTable s -> passOwner(consistency, () -> routing.range(s.table(), s.range()));
                case Scope.Records _ -> routing.root().barrier(consistency);
                case Scope.Everything _ ->
                        CompletableFuture.allOf(
                                replicas.stores().stream()
                                        .map(store -> store.barrier(consistency))
                                        .toArray(CompletableFuture[]::new));
            };
        } catch (Refused e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// A replica behind its leader may name a group that the tablet has left: only what it names after the barrier counts.
    private static CompletableFuture<Void> passOwner(Consistency consistency, Supplier<LocalStore> owner) {
        LocalStore before = owner.get();
        return before.barrier(consistency)
                .thenCompose(_ ->
                        owner.get() == before
                                ? CompletableFuture.completedFuture(null)
                                : passOwner(consistency, owner));
    }

    @Override
    public StreamInfo info(StreamId stream) throws IOException {
        return routing.stream(stream).info(stream);
    }

    @Override
    public StreamCursor find(StreamFilter filter) {
        List<StreamCursor> cursors = routing.parts(ClusterMap.STREAMS).stream().map(part -> part.find(filter)).toList();
        return cursors.size() == 1 ? cursors.getFirst() : new MergedStreams(cursors);
    }

    @Override
    public List<String> collections(String prefix) {
        TreeSet<String> collections = new TreeSet<>();
        routing.parts(ClusterMap.STREAMS).forEach(part -> collections.addAll(part.collections(prefix)));
        return List.copyOf(collections);
    }

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        return routing.wholeStream(stream).snapshot(stream, at);
    }

    @Override
    public Optional<StoredRecord> record(String key) {
        return routing.root().record(key);
    }

    @Override
    public List<StoredRecord> records(String prefix) {
        return routing.root().records(prefix);
    }

    /// Of a table that lies in several groups, the rows of this node's groups are counted together; its version is that of
    /// the first.
    @Override
    public List<TableInfo> tables(String prefix) {
        TreeMap<String, TableInfo> tables = new TreeMap<>();
        for (LocalStore store : replicas.stores()) {
            for (TableInfo table : store.tables(prefix)) {
                tables.merge(
                        table.name(),
                        table,
                        (a, b) ->
                                new TableInfo(
                                        a.name(), a.version(), a.rowCount() + b.rowCount(), a.createdEpochNanos()));
            }
        }
        return List.copyOf(tables.values());
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
        return tableSnapshot(table, at, KeyRange.ALL);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at, KeyRange range) throws IOException {
        return routing.range(table, range).tableSnapshot(table, at, range);
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) throws IOException {
        return routing.range(table, range).watch(table, range, since);
    }

    /// What the root group's replica says stands under the names that a node on its own has, and what another says under
    /// `group.N.`.
    @Override
    public SortedMap<String, String> status() {
        SortedMap<String, String> status = new TreeMap<>();
        status.put("node.name", self().name());
        status.put("node.peer", self().peer());
        status.put("node.raft", self().raft());
        status.put("node.groups", String.join(" ", roles()));
        status.put("node.ready", whyNotReady().map(why -> "no: " + why).orElse("yes"));
        replicas.all()
                .forEach((group, store) -> {
                    String prefix = group == ClusterMap.ROOT_GROUP ? "" : "group." + group + ".";
                    store.status().forEach((name, text) -> status.put(prefix + name, text));
                });
        return status;
    }

    // The cluster.

    @Override
    public ClusterMap clusterMap() throws IOException {
        return maps.map();
    }

    @Override
    public void run(Operation operation, Consumer<String> progress) throws IOException {
        operations.run(operation, progress);
    }

    @Override
    public void close() throws IOException {
        IOException failed = new IOException("the node did not close cleanly");
        closeAfter(failed);
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }

    /// Replicas first: what was taken is answered while there still is a log.
    private void closeAfter(Exception failed) {
        keeper.close();
        replicas.close(failed);
        try {
            raft.close();
        } catch (IOException | RuntimeException e) {
            failed.addSuppressed(e);
        }
    }
}
