package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.GroupDoor;
import io.distil.base.api.KeyRange;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Store;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamKey;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// A store behind the network, on one node or on many: what programs use. Any number of threads may use it.
///
/// It knows the addresses of one or more nodes, asks for the cluster's map, and keeps one connection to each node that it
/// needs. **Mutations** and reads go to the leader of the group that has the tablet, stale reads to any replica. When a node was the
/// wrong one, or is gone, the map is asked for again and the request is put again, mutations under the same tag, until it is
/// answered or its time is over: each mutation is applied once, whichever leaders saw it. Mutations that are under way at
/// the same time have no order among each other when a leader changes.
///
/// Towards a node that is no part of a cluster it is a {@link DistilClient}: it asks nothing that this would not ask.
///
/// What is **acknowledged at {@link Durability#LEADER}** is remembered until it is known to be committed. If it never will be,
/// the listener of the options is told, and so is whoever awaits it.
///
/// Futures complete, and callbacks run, on threads of the client. A blocking method called there throws, rather than wait
/// for itself.
public final class ClusterClient implements Store, GroupDoor {
    private final Router router;
    private final ClusterWrites writes;
    private final ClusterReads reads;
    private final Repetition repetition;
    private final Consistency consistency;
    private final boolean isOwner;

    private ClusterClient(
            Router router,
            ClusterWrites writes,
            ClusterReads reads,
            Repetition repetition,
            Consistency consistency,
            boolean isOwner) {
        this.router = router;
        this.writes = writes;
        this.reads = reads;
        this.repetition = repetition;
        this.consistency = consistency;
        this.isOwner = isOwner;
    }

    /// Connects to the first of some nodes that is there.
    ///
    /// @param addresses `HOST:PORT` each; one is enough, more help when it is down
    /// @throws ConnectionLost if nobody answers anywhere, with a sentence that says what to try
    /// @throws Refused if somebody answers, but not in a protocol we both speak
    public static ClusterClient connect(Collection<String> addresses, ClusterClientOptions options) throws IOException {
        NanoClock clock = NanoClock.SYSTEM;
        RandomGenerator random = new SecureRandom();
        Identity identity = Identity.random();
        Router router = new Router(List.copyOf(addresses), options.node(), clock, identity, random);
        try {
            router.connect();
        } catch (Throwable e) {
            router.close();
            throw e;
        }
        Repetition repetition = new Repetition(router, clock, options.retry(), random);
        return new ClusterClient(
                router,
                new ClusterWrites(router, repetition, options, identity),
                new ClusterReads(router, repetition, clock, options.node().timeouts().readNanos()),
                repetition,
                Consistency.LINEARIZABLE,
                true);
    }

    public static ClusterClient connect(String... addresses) throws IOException {
        return connect(List.of(addresses), ClusterClientOptions.DEFAULT);
    }

    @Override
    public ClusterClient at(Consistency newConsistency) {
        return new ClusterClient(router, writes, reads, repetition, newConsistency, false);
    }

    // Mutations.

    /// Sends a mutation. With {@link WriteTag#NONE} the client tags it with its own identity and next number; a caller that
    /// brings a tag answers for its numbers.
    ///
    /// What is done at once must lie in one group, or it is refused as `INVALID_ARGUMENT`. Only of {@link Mutation.Atomic} with
    /// records, replacements in other groups than that of the records are done before, each group's at once: after a failure
    /// in between some are done, and the records are as they were.
    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        return writes.submit(mutation, tag, durability);
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return writes.await(position, durability);
    }

    @Override
    public CompletableFuture<Outcome> submitTo(int group, Mutation.OfTablets command, WriteTag tag) {
        return writes.submitTo(group, command, tag);
    }

    @Override
    public CompletableFuture<byte[]> ask(int group, byte[] question) {
        return writes.ask(group, question);
    }

    // Questions about streams and records.

    @Override
    public StreamInfo info(StreamId stream) throws IOException {
        return reads.ask(
                map -> map.group(ClusterMap.STREAMS, StreamKey.first(stream)), consistency, node -> node.info(stream));
    }

    @Override
    public StreamCursor find(StreamFilter filter) throws IOException {
        List<StreamCursor> found = reads.askAll(consistency, node -> node.find(filter));
        return found.size() == 1 ? found.getFirst() : new MergedStreams(found);
    }

    @Override
    public List<String> collections(String prefix) throws IOException {
        TreeSet<String> all = new TreeSet<>();
        reads.askAll(consistency, node -> node.collections(prefix)).forEach(all::addAll);
        return List.copyOf(all);
    }

    @Override
    public Optional<StoredRecord> record(String key) throws IOException {
        return reads.askRoot(consistency, node -> node.record(key));
    }

    @Override
    public List<StoredRecord> records(String prefix) throws IOException {
        return reads.askRoot(consistency, node -> node.records(prefix));
    }

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        return ClusterSnapshot.open(reads, consistency, stream, at);
    }

    // Tables.

    /// A table of which several of the nodes that were asked have parts is listed once, as the node shows it that has most rows of
    /// it.
    @Override
    public List<TableInfo> tables(String prefix) throws IOException {
        TreeMap<String, TableInfo> byName = new TreeMap<>();
        for (List<TableInfo> tables : reads.askAll(consistency, node -> node.tables(prefix))) {
            for (TableInfo table : tables) {
                byName.merge(table.name(), table, (left, right) -> left.rowCount() >= right.rowCount() ? left : right);
            }
        }
        return List.copyOf(byName.values());
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
        return tableSnapshot(table, at, KeyRange.ALL);
    }

    /// As {@link #tableSnapshot(String, VersionSelector)}, for one range: only the groups that have a part of it are asked.
    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at, KeyRange range) throws IOException {
        return ClusterTableSnapshot.open(reads, consistency, table, at, range);
    }

    /// Watches a range that lies in one group.
    @Override
    public TableWatch watch(String table, KeyRange range, Version since) throws IOException {
        return ClusterTableWatch.open(reads, table, range, since);
    }

    // The cluster.

    /// The map as the cluster has it now.
    @Override
    public ClusterMap clusterMap() throws IOException {
        return reads.askRoot(Consistency.LINEARIZABLE, RemoteStore::clusterMap);
    }

    /// Does an operation to its end. When the node that does it is lost on the way, another one is asked to complete it.
    @Override
    public void run(Operation operation, Consumer<String> progress) throws IOException {
        reads.askRoot(
                Consistency.LINEARIZABLE,
                node -> {
                    node.run(operation, progress);
                    return null;
                });
    }

    /// What the node that leads the root group says of itself.
    @Override
    public SortedMap<String, String> status() throws IOException {
        return reads.askRoot(Consistency.LINEARIZABLE, RemoteStore::status);
    }

    /// What a node says of itself.
    ///
    /// @throws Refused `NO_SUCH_NODE`
    public SortedMap<String, String> status(String node) throws IOException {
        RoutingMap map = reads.known();
        if (map != null && map.map().node(node).isEmpty()) {
            throw new Refused(ErrorCode.NO_SUCH_NODE, "the cluster has no node " + node);
        }
        return new RemoteStore(Link.get(router.node(node)), consistency).status();
    }

    /// Gives everything back. What is under way fails with {@link ConnectionLost}; a mutation among it is in doubt.
    @Override
    public void close() {
        if (isOwner) {
            writes.close();
            repetition.stop();
            router.close();
            repetition.close();
        }
    }
}
