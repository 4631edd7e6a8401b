package io.distil.replication.tablet;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Reverts;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableStore;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.replication.placement.TabletSet;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// A store on one node: the door of this package. Safe for use by many threads.
///
/// Opening reads the last checkpoint and replays the log behind it. Two threads then work: the tablet's and the flusher's.
/// With {@link Driving#STEPPED} there are none, and the owner calls {@link #step}: so a simulator runs the same code in one
/// thread, in an order of its choosing.
public final class LocalStore implements StreamStore, TableStore, Reverts {
    /// Who makes the store work.
    public enum Driving {
        THREADS,
        STEPPED
    }

    private static final int PAGE_STREAMS = 256;

    private final Replica replica;
    private final ReplicaThreads threads;
    private boolean closed;

    /// Opens the store on `disk`, creating it where there is none. The disk is closed with the store.
    ///
    /// @throws io.distil.base.CorruptBlock if what is there is damaged, naming file and offset
    /// @throws Refused `FORMAT_TOO_NEW` or `FORMAT_UNKNOWN`
    public static LocalStore open(
            Disk disk, LocalStoreOptions options, NanoClock clock, Driving driving, AppliedListener listener)
            throws IOException {
        return open(disk, options, clock, driving, listener, LogOpener.local(options.log()));
    }

    /// As above, with a log of the caller's choice.
    public static LocalStore open(
            Disk disk,
            LocalStoreOptions options,
            NanoClock clock,
            Driving driving,
            AppliedListener listener,
            LogOpener logOpener)
            throws IOException {
        return new LocalStore(Replica.open(disk, options, clock, listener, logOpener), driving);
    }

    public static LocalStore open(Disk disk, LocalStoreOptions options, NanoClock clock) throws IOException {
        return open(disk, options, clock, Driving.THREADS, AppliedListener.NONE);
    }

    private LocalStore(Replica replica, Driving driving) {
        this.replica = replica;
        this.threads = driving == Driving.THREADS ? ReplicaThreads.start(replica) : null;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        return replica.tablet().submit(mutation, tag, durability);
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return replica.tablet().await(position, durability);
    }

    /// Completes when a read that begins then shows what `consistency` asks for; at once on a node without replicas.
    ///
    /// @return fails with {@link Refused}: `NOT_LEADER`, `TOO_STALE`
    public CompletableFuture<Void> barrier(Consistency consistency) {
        return replica.tablet().barrier(consistency);
    }

    @Override
    public Subscription subscribe(Consumer<Revert> listener) {
        return replica.tablet().subscribe(listener);
    }

    @Override
    public StreamInfo info(StreamId stream) {
        Engine engine = replica.hold();
        try {
            TabletState state = engine.state();
            state.placement().checkRead(stream);
            return new StreamInfo(state.catalog().get(stream), state.stream(stream).buffer().version());
        } finally {
            replica.release(engine);
        }
    }

    @Override
    public StreamCursor find(StreamFilter filter) {
        return new StreamCursor() {
            private StreamDescriptor last;

            @Override
            public List<StreamInfo> next(int countMax) {
                Engine engine = replica.hold();
                try {
                    return page(engine.state(), Math.min(countMax, PAGE_STREAMS));
                } finally {
                    replica.release(engine);
                }
            }

            private List<StreamInfo> page(TabletState state, int countMax) {
                List<StreamInfo> page = new ArrayList<>();
                for (StreamDescriptor d : state.catalog().page(filter, last, countMax)) {
                    last = d;
                    TabletStream stream = state.streams().get(d.id());
                    if (stream != null && state.placement().shows(d.id())) {
                        page.add(new StreamInfo(d, stream.buffer().version()));
                    }
                }
                return page;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public List<String> collections(String prefix) {
        TabletState state = replica.engine().state();
        return state.catalog().collections(prefix, state.placement()::shows);
    }

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        Engine engine = replica.hold();
        Placement placement = engine.state().placement();
        StreamSnapshot snapshot;
        try {
            placement.checkRead(stream);
            snapshot = engine.reads().snapshot(stream, at, () -> replica.release(engine));
        } catch (IOException | RuntimeException e) {
            replica.release(engine);
            throw e;
        }
        try {
            // Once more: a tablet that left meanwhile may have been swept before the snapshot was taken.
            placement.checkRead(stream);
            return snapshot;
        } catch (Refused e) {
            snapshot.close();
            throw e;
        }
    }

    @Override
    public Optional<StoredRecord> record(String key) {
        return replica.engine().state().records().get(key);
    }

    @Override
    public List<StoredRecord> records(String prefix) {
        return replica.engine().state().records().withPrefix(prefix);
    }

    @Override
    public List<TableInfo> tables(String prefix) {
        Engine engine = replica.hold();
        try {
            return engine.state().placement().tables(prefix);
        } finally {
            replica.release(engine);
        }
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
        return tableSnapshot(table, at, KeyRange.ALL);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at, KeyRange range) throws IOException {
        Engine engine = replica.hold();
        try {
            return engine.state().placement().snapshot(table, at, range, () -> replica.release(engine));
        } catch (IOException | RuntimeException e) {
            replica.release(engine);
            throw e;
        }
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) {
        Engine engine = replica.hold();
        try {
            Placement placement = engine.state().placement();
            String body = placement.bodyOf(table, range);
            TableWatch watch = engine.state().tables().watch(body, range, since, () -> replica.release(engine));
            return new OwnedWatch(watch, () -> placement.checkBody(body, table, range));
        } catch (RuntimeException e) {
            replica.release(engine);
            throw e;
        }
    }

    @Override
    public SortedMap<String, String> status() {
        return replica.status();
    }

    public StoreMetrics metrics() {
        return replica.metrics();
    }

    /// The tablets of this group, as far as is applied here.
    public TabletSet tablets() {
        Engine engine = replica.hold();
        try {
            return engine.state().placement().tablets();
        } finally {
            replica.release(engine);
        }
    }

    /// Answers what a coordinator of placement asks about the tablets of this group, from what is applied here; reads from
    /// the disk on the caller's thread.
    ///
    /// @param question in the encoding of {@link io.distil.replication.placement.TabletQuestion}
    public CompletableFuture<byte[]> ask(byte[] question) {
        Engine engine = replica.hold();
        return engine.answers().answer(question).whenComplete((_, _) -> replica.release(engine));
    }

    /// Why the store only answers reads, or empty while all is well.
    public Optional<String> trouble() {
        return replica.trouble();
    }

    /// Everything that is the same on every replica that has applied as much, as lines of text; reads all data of all
    /// versions.
    ///
    /// @throws Refused `OVERLOADED` if something was applied meanwhile
    public void dump(Consumer<String> lines) throws IOException {
        Engine engine = replica.hold();
        try {
            StateDump.dump(engine, lines);
        } finally {
            replica.release(engine);
        }
    }

    /// The last log position whose entry was applied.
    public long appliedThrough() {
        return replica.appliedThrough();
    }

    /// {@link Driving#STEPPED} only: one round of the tablet, or one task of the flusher.
    public void step(boolean ofTablet) {
        if (ofTablet) {
            replica.tablet().doWork();
            replica.upkeep();
        } else {
            replica.flush();
        }
    }

    /// {@link Driving#STEPPED} only: true once everything submitted was answered.
    public boolean isSettled() {
        return replica.tablet().isQuiet();
    }

    /// Answers what was taken, takes a checkpoint, and gives everything back. What is buffered stays in the log.
    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            if (threads != null) {
                threads.stop();
            } else {
                replica.tablet().drain();
            }
            replica.close();
        }
    }
}
