package io.distil.wire.client;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Direction;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Point;
import io.distil.base.api.PointColumns;
import io.distil.base.api.PointCursor;
import io.distil.base.api.Reverts;
import io.distil.base.api.Store;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;
import io.distil.base.api.WriteTag;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Request;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// One node, behind the network. One connection carries everything, any number of threads may use it. Programs that may
/// meet a cluster use {@link ClusterClient}.
///
/// **Mutations** are tagged and sent again after a lost connection until they are answered or their time is over; the store
/// recognises a repetition, so each is applied once. Their points are sent from the caller's memory: it must stay as it is
/// until the future completes. **Reads** are asked again as long as nothing of their answer has been handed on; after that
/// they fail with {@link ConnectionLost}.
///
/// Futures complete, and callbacks run, on the client's own thread. A blocking method called there throws, rather than
/// wait for itself.
public final class DistilClient implements Store, Reverts {
    private final DistilClientOptions options;
    private final Link link;
    private final Answer.Welcome welcome;
    private final MutationWindow window;
    private final Identity identity;
    private final RemoteStore remote;
    private final boolean isOwner;

    private DistilClient(DistilClientOptions options, Link link, Answer.Welcome welcome, Identity identity) {
        this.options = options;
        this.link = link;
        this.welcome = welcome;
        this.window = new MutationWindow(options.inFlight().mutationsMax());
        this.identity = identity;
        this.remote = new RemoteStore(link, Consistency.LINEARIZABLE);
        this.isOwner = true;
    }

    /// The same client, read at another consistency.
    private DistilClient(DistilClient of, Consistency consistency) {
        this.options = of.options;
        this.link = of.link;
        this.welcome = of.welcome;
        this.window = of.window;
        this.identity = of.identity;
        this.remote = new RemoteStore(of.link, consistency);
        this.isOwner = false;
    }

    /// Connects and shakes hands.
    ///
    /// @throws ConnectionLost if nobody answers there, with a sentence that says what to try
    /// @throws Refused if somebody answers, but not in a protocol we both speak
    public static DistilClient connect(String host, int port, DistilClientOptions options) throws IOException {
        Identity identity = Identity.random();
        Link link = new Link(InetSocketAddress.createUnresolved(host, port), options, NanoClock.SYSTEM, identity, true);
        try {
            return new DistilClient(options, link, Link.get(link.welcomed()), identity);
        } catch (Throwable e) {
            link.close();
            throw e;
        }
    }

    public static DistilClient connect(String host, int port) throws IOException {
        return connect(host, port, DistilClientOptions.DEFAULT);
    }

    /// What the server said of itself when it was first reached: its name and version, and its limits.
    public Answer.Welcome welcome() {
        return welcome;
    }

    @Override
    public DistilClient at(Consistency consistency) {
        return new DistilClient(this, consistency);
    }

    // Mutations.

    /// Sends a mutation. With {@link WriteTag#NONE} the client tags it with its own identity and next number; a caller that
    /// brings a tag answers for its numbers.
    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        if (tag.isTagged()) {
            return link.submit(mutation, tag, durability);
        }
        long sequence;
        try {
            sequence = window.take(options.inFlight().waitsForRoom() && !link.isOwnThread());
        } catch (Refused | IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Outcome> answered = new CompletableFuture<>();
        link.submit(mutation, identity.tag(sequence), durability)
                .whenComplete((outcome, thrown) -> {
                    // First, so that whoever hears the answer finds the room it left.
                    window.answered(sequence);
                    if (thrown == null) {
                        answered.complete(outcome);
                    } else {
                        answered.completeExceptionally(thrown);
                    }
                });
        return answered;
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return link.await(position, durability);
    }

    /// Tells of cuts of this node's logs. After a lost connection the node is asked anew; what it cut in between is not
    /// told.
    @Override
    public Subscription subscribe(Consumer<Revert> listener) {
        return new RevertSubscription(link, listener);
    }

    // Questions about streams and records.

    @Override
    public StreamInfo info(StreamId stream) throws IOException {
        return remote.info(stream);
    }

    @Override
    public StreamCursor find(StreamFilter filter) throws IOException {
        return remote.find(filter);
    }

    @Override
    public List<String> collections(String prefix) throws IOException {
        return remote.collections(prefix);
    }

    @Override
    public Optional<StoredRecord> record(String key) throws IOException {
        return remote.record(key);
    }

    @Override
    public List<StoredRecord> records(String prefix) throws IOException {
        return remote.records(prefix);
    }

    @Override
    public SortedMap<String, String> status() throws IOException {
        return remote.status();
    }

    // Questions about points.

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        return remote.snapshot(stream, at);
    }

    /// As {@link StreamSnapshot#points}, in one round trip.
    public PointCursor points(StreamId stream, VersionSelector at, TimeRange range) {
        return remote.points(remote.direct(stream, at), range);
    }

    /// As {@link StreamSnapshot#alignedWindows}, in one round trip.
    public WindowCursor alignedWindows(StreamId stream, VersionSelector at, TimeRange range, int widthLog2) {
        return remote.alignedWindows(remote.direct(stream, at), range, widthLog2);
    }

    /// As {@link StreamSnapshot#windows}, in one round trip.
    public WindowCursor windows(StreamId stream, VersionSelector at, TimeRange range, long widthNanos, int depthLog2) {
        return remote.windows(remote.direct(stream, at), range, widthNanos, depthLog2);
    }

    /// As {@link StreamSnapshot#nearest}, in one round trip.
    public Optional<Point> nearest(StreamId stream, VersionSelector at, long time, Direction direction)
            throws IOException {
        return remote.nearest(remote.direct(stream, at), time, direction);
    }

    /// Reads points without a waiting thread: `receiver` is called on the client's thread with each chunk, whose memory it
    /// may use until it returns. The future completes behind the last one. An exception of the receiver ends the read and
    /// fails the future.
    public CompletableFuture<Void> readPoints(
            StreamId stream, VersionSelector at, TimeRange range, Consumer<PointColumns> receiver) {
        var source = remote.direct(stream, at);
        return link.read(
                on -> new Request.ReadPoints(source.apply(on), range, link.creditChunks()),
                chunk -> {
                    if (chunk instanceof Answer.Points(PointColumns points)) {
                        receiver.accept(points);
                    }
                });
    }

    /// As {@link #readPoints} for aligned windows; the batch given to the receiver is used again for the next chunk.
    public CompletableFuture<Void> readAlignedWindows(
            StreamId stream, VersionSelector at, TimeRange range, int widthLog2, Consumer<WindowBatch> receiver) {
        var source = remote.direct(stream, at);
        return link.read(
                on -> new Request.ReadAlignedWindows(source.apply(on), range, widthLog2, link.creditChunks()),
                chunk -> {
                    if (chunk instanceof Answer.Windows windows && windows.count() > 0) {
                        try (WindowBatch batch = new WindowBatch(windows.count())) {
                            windows.copyTo(batch, 0, windows.count());
                            receiver.accept(batch);
                        }
                    }
                });
    }

    // Tables.

    @Override
    public List<TableInfo> tables(String prefix) throws IOException {
        return remote.tables(prefix);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
        return remote.tableSnapshot(table, at, KeyRange.ALL);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at, KeyRange range) throws IOException {
        return remote.tableSnapshot(table, at, range);
    }

    /// As {@link TableSnapshot#get}, in one round trip.
    public Optional<TableRow> get(String table, VersionSelector at, byte[] key) throws IOException {
        return remote.get(remote.direct(table, at), key);
    }

    /// As {@link TableSnapshot#scan}, in one round trip.
    ///
    /// @param rowsMax rows after which it ends; 0 for all
    public TableCursor<TableRow> scan(String table, VersionSelector at, KeyRange range, boolean backward, long rowsMax)
            throws IOException {
        return remote.scan(remote.direct(table, at), range, backward, rowsMax);
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) throws IOException {
        return remote.watch(table, range, since);
    }

    // The cluster.

    @Override
    public ClusterMap clusterMap() throws IOException {
        return remote.clusterMap();
    }

    @Override
    public void run(Operation operation, Consumer<String> progress) throws IOException {
        remote.run(operation, progress);
    }

    /// Gives everything back. What is under way fails with {@link ConnectionLost}; a mutation among it is in doubt.
    @Override
    public void close() {
        if (isOwner) {
            window.close();
            link.close();
        }
    }
}
