package io.distil.replication.tablet;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.pqm.Pqm;
import io.distil.replication.command.CommandCodec;
import io.distil.replication.log.CommandLog;
import io.distil.replication.table.TablesState;
import io.distil.storage.ring.Disk;
import io.distil.storage.store.Checkpoint;
import io.distil.storage.store.Store;
import io.distil.storage.store.StoreStatistics;
import io.distil.storage.tree.SeriesTree;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// Everything of one node's store, wired: disk, store, buffers, state, log, tablet and flusher. Knows nothing of threads.
final class Node implements ReplicaControl {
    private final Disk disk;
    private final Store store;
    private final Pqm pqm;
    private final TabletState state;
    private final Flusher flusher;
    private final StreamBuilder streamBuilder;
    private final Checkpointer checkpointer;
    private final CheckpointTimer timer;
    private final LocalStoreOptions options;
    private final Reads reads;
    private final TabletCounters counters = new TabletCounters();
    private final NanoClock clock;
    private final long openingNanos;
    private long openedMillis;
    private long previousReplayFrom;
    private long replayedEntries;
    private CommandLog log;

    /// Who wants a checkpoint, and who gets the one under way; the tablet's thread only.
    private List<CompletableFuture<Covered>> checkpointWanted = new ArrayList<>();

    private List<CompletableFuture<Covered>> checkpointUnderWay = List.of();
    private volatile Tablet tablet;

    static Node open(
            Disk disk, LocalStoreOptions options, NanoClock clock, AppliedListener listener, LogOpener logOpener)
            throws IOException {
        Store store;
        try {
            store = Store.open(disk, options.store(), clock);
        } catch (IOException | RuntimeException e) {
            disk.close();
            throw e;
        }
        Node node = new Node(disk, store, options, clock, listener, logOpener.group());
        try {
            node.recover(logOpener);
            return node;
        } catch (IOException | RuntimeException e) {
            node.release(e);
            throw e;
        }
    }

    private Node(
            Disk disk, Store store, LocalStoreOptions options, NanoClock clock, AppliedListener listener, int group) {
        this.disk = disk;
        this.store = store;
        this.options = options;
        this.clock = clock;
        this.openingNanos = clock.monotonicNanos();
        SeriesTree tree = new SeriesTree(store.blocks(), options.shape());
        this.pqm = new Pqm(options.pqm(), clock);
        this.flusher = new Flusher(store, this::onTablet);
        this.streamBuilder = new StreamBuilder(tree, flusher::give, this::installed);
        TablesState tables = new TablesState(options.tables(), store, clock, flusher::give);
        this.state = new TabletState(pqm, tables, new Effects(), listener, group);
        this.checkpointer = new Checkpointer(state);
        this.timer = new CheckpointTimer(clock, options.checkpointLogBytes(), options.checkpointAgeNanos());
        this.reads = new Reads(state, store, tree);
    }

    /// What an applied entry causes outside the state.
    private final class Effects implements TabletState.Effects {
        @Override
        public void frozen(TabletStream stream) {
            streamBuilder.frozen(stream);
        }

        @Override
        public void obliterated(TabletStream stream) {
            stream.buffer().close();
        }
    }

    /// What the flusher has done, brought to the tablet's thread.
    private void onTablet(Runnable errand) {
        if (tablet == null) {
            // The log is being replayed, on this very thread.
            errand.run();
        } else {
            tablet.execute(errand);
        }
    }

    private void installed(TabletStream stream) {
        counters.commits().increment();
        state.dirty().stream(stream.id());
    }

    private void recover(LogOpener logOpener) throws IOException {
        checkpointer.load(store);
        log =
                logOpener.open(
                        new LogOpener.Opening(
                                disk,
                                Math.max(1, store.lastCheckpoint().replayFrom()),
                                store.lastCheckpoint().appliedThrough(),
                                state.terms().at(store.lastCheckpoint().appliedThrough()),
                                new Replay(),
                                this::ring,
                                this));
        tablet =
                new Tablet(
                        log,
                        state,
                        pqm,
                        clock,
                        new SpaceGuard(disk, clock, options.reserveBytes()),
                        counters,
                        this::flushingTrouble,
                        flusher::isIdle);
        timer.began(state.appliedThrough(), log.writtenBytes());
        timer.ended();
        previousReplayFrom = store.lastCheckpoint().replayFrom();
        openedMillis = (clock.monotonicNanos() - openingNanos) / 1_000_000;
    }

    /// What a log hands over while it is being opened: there are no threads yet, so trees are built on this one.
    private final class Replay implements CommandLog.Handler {
        private final CommandCodec codec = new CommandCodec();

        @Override
        public void entry(long position, long term, long ticket, MemorySegment entry) throws IOException {
            try {
                state.apply(position, term, codec.decode(entry, "log entry " + position));
            } catch (Refused e) {
                // It was refused when it was first applied, too.
            }
            replayedEntries++;
            while ((pqm.isFull() || state.tables().isFull()) && flusher.doWork() > 0) {
                if (flusher.failure() != null) {
                    throw flusher.failure();
                }
            }
        }

        @Override
        public void advanced(long position, long term) {
            state.advance(position, term);
        }
    }

    private void ring() {
        Tablet present = tablet;
        if (present != null) {
            present.doorbell().ring();
        }
    }

    @Override
    public Covered covered() {
        Checkpoint last = store.lastCheckpoint();
        return new Covered(last.sequence(), last.appliedThrough(), last.replayFrom());
    }

    @Override
    public long termAt(long position) {
        return state.terms().at(position);
    }

    @Override
    public long appliedThrough() {
        return state.appliedThrough();
    }

    @Override
    public CompletableFuture<Covered> checkpointNow() {
        CompletableFuture<Covered> covered = new CompletableFuture<>();
        tablet.execute(() -> checkpointWanted.add(covered));
        return covered;
    }

    Tablet tablet() {
        return tablet;
    }

    Flusher flusher() {
        return flusher;
    }

    TabletState state() {
        return state;
    }

    Reads reads() {
        return reads;
    }

    /// Tablet's thread: begins a checkpoint when one is due, and keeps the log from growing without bound.
    ///
    /// @return 1 if anything was begun
    int upkeep() {
        if (tablet.life() == Tablet.Life.FAILED || flusher.failure() != null) {
            failCheckpointWaiters();
            return 0;
        }
        if (!state.isWhole()) {
            return 0;
        }
        if (!checkpointWanted.isEmpty() && !timer.isUnderWay()) {
            beginWantedCheckpoint();
            return 1;
        }
        if (timer.isDue(state.appliedThrough(), log.writtenBytes())) {
            beginCheckpoint();
            return 1;
        }
        if (log.retainedBytes() > options.logBytesMax() && !timer.isUnderWay()) {
            return tablet.flushWhatHoldsTheLogBack();
        }
        return 0;
    }

    private void beginWantedCheckpoint() {
        checkpointUnderWay = checkpointWanted;
        checkpointWanted = new ArrayList<>();
        Covered present = covered();
        if (present.appliedThrough() == state.appliedThrough() && present.replayFrom() == checkpointer.replayFrom()) {
            completeCheckpointWaiters();
        } else {
            beginCheckpoint();
        }
    }

    private void completeCheckpointWaiters() {
        Covered covered = covered();
        checkpointUnderWay.forEach(waiter -> waiter.complete(covered));
        checkpointUnderWay = List.of();
    }

    private void failCheckpointWaiters() {
        IOException failed = new IOException("no checkpoint: " + trouble().orElse("the store is shutting down"));
        checkpointWanted.forEach(waiter -> waiter.completeExceptionally(failed));
        checkpointUnderWay.forEach(waiter -> waiter.completeExceptionally(failed));
        checkpointWanted.clear();
        checkpointUnderWay = List.of();
    }

    private void beginCheckpoint() {
        timer.began(state.appliedThrough(), log.writtenBytes());
        Checkpointer.Plan plan = checkpointer.gather();
        flusher.give(_ -> {
            Checkpointer.write(store, plan);
            return () -> afterCheckpoint(plan);
        });
    }

    private void afterCheckpoint(Checkpointer.Plan plan) {
        Checkpointer.saved(plan);
        // One checkpoint behind: should this one's slot ever be damaged, a start returns to the one before and needs
        // its log.
        tablet.release(previousReplayFrom);
        previousReplayFrom = plan.replayFrom();
        counters.checkpoints().increment();
        timer.ended();
        completeCheckpointWaiters();
    }

    private Optional<String> flushingTrouble() {
        IOException failure = flusher.failure();
        return failure == null
                ? Optional.empty()
                : Optional.of("buffers cannot be written to the disk: " + failure.getMessage());
    }

    @Override
    public Optional<String> trouble() {
        return tablet.life() == Tablet.Life.FAILED ? Optional.of(tablet.failure()) : flushingTrouble();
    }

    StoreMetrics metrics() {
        StoreStatistics statistics = store.statistics();
        return new StoreMetrics(
                state.streams().size(),
                counters.mutations().sum(),
                counters.points().sum(),
                counters.refused().sum(),
                counters.commits().sum(),
                counters.checkpoints().sum(),
                pqm.statistics().heldBytes(),
                log.retainedBytes(),
                statistics.segmentBytes(),
                statistics.blocks().reads(),
                statistics.blocks().misses(),
                trouble().isPresent());
    }

    SortedMap<String, String> status() {
        SortedMap<String, String> status = new TreeMap<>();
        StoreMetrics metrics = metrics();
        status.put("store.id", store.id().toString());
        status.put("store.state", trouble().map(why -> "reads only: " + why).orElse("well"));
        status.put("store.streams", Long.toString(metrics.streams()));
        status.put("store.opened.ms", Long.toString(openedMillis));
        status.put("disk.path", disk.description());
        status.put("log.position", Long.toString(state.appliedThrough()));
        status.put("log.replayed.entries", Long.toString(replayedEntries));
        status.put("log.retained.bytes", Long.toString(metrics.logRetainedBytes()));
        status.put("checkpoint.sequence", Long.toString(store.lastCheckpoint().sequence()));
        status.put("pqm.bytes", Long.toString(metrics.bufferedBytes()));
        status.put("pqm.bytes.max", Long.toString(options.pqm().bufferBytesMax()));
        status.put("tables.count", Integer.toString(state.tables().count()));
        status.put("tables.buffer.bytes", Long.toString(state.tables().bufferedBytes()));
        status.put("tables.buffer.bytes.max", Long.toString(options.tables().bufferBytesMax()));
        status.put("tables.history.bytes", Long.toString(state.tables().historyBytes()));
        status.put("segments.bytes", Long.toString(metrics.segmentBytes()));
        for (MemoryOwner owner : MemoryOwner.values()) {
            status.put("offheap." + owner.label() + ".bytes", Long.toString(OffHeap.bytes(owner)));
        }
        return status;
    }

    /// Tablet's thread, or whoever steps the store: answers everything that was taken, and nothing more.
    void drain() {
        tablet.drain();
    }

    /// After {@link #drain}, with no other thread at work: builds what is frozen, takes a last checkpoint, closes everything.
    void close() throws IOException {
        IOException failed = new IOException("the store did not close cleanly");
        try {
            finishFlusher();
            if (trouble().isEmpty()
                    && state.isWhole()
                    && state.appliedThrough() > store.lastCheckpoint().appliedThrough()) {
                beginCheckpoint();
                finishFlusher();
            }
        } catch (RuntimeException e) {
            failed.addSuppressed(e);
        }
        trouble().ifPresent(why -> failed.addSuppressed(new IOException(why)));
        failCheckpointWaiters();
        release(failed);
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }

    private void finishFlusher() {
        while (!flusher.isIdle() || !tablet.isQuiet()) {
            flusher.doWork();
            tablet.doWork();
        }
    }

    private void release(Exception failed) {
        state.streams().values().forEach(stream -> stream.buffer().close());
        state.tables().close();
        for (AutoCloseable part : new AutoCloseable[] {log, store, disk}) {
            try {
                if (part != null) {
                    part.close();
                }
            } catch (Exception e) {
                failed.addSuppressed(e);
            }
        }
    }
}
