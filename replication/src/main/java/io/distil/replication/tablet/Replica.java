package io.distil.replication.tablet;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.replication.command.CommandCodec;
import io.distil.replication.log.CommandLog;
import io.distil.replication.table.TablesState;
import io.distil.replication.transfer.CheckpointSource;
import io.distil.replication.transfer.Homes;
import io.distil.replication.transfer.Installation;
import io.distil.storage.ring.Disk;
import io.distil.storage.store.StoreImage;
import io.distil.storage.store.StoreStatistics;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.Optional;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A group's state on one node: the disk, the log, the tablet that takes entries through it, and the engine they are applied
/// to. Engines change when a checkpoint of another replica is installed; the rest stays. Knows nothing of threads.
final class Replica implements ReplicaControl {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private final Disk disk;
    private final LocalStoreOptions options;
    private final NanoClock clock;
    private final TabletCounters counters = new TabletCounters();
    private final Doorbell flusherDoorbell = new Doorbell();
    private final Engine.Surroundings surroundings;
    private final long openingNanos;
    private long openedMillis;
    private volatile long replayedEntries;
    private volatile long logRetainedBytes;
    private volatile Engine engine;
    private volatile Tablet tablet;
    private CommandLog log;

    /// Engines that readers may still hold; closed by the flusher's thread.
    private final Queue<Engine> retired = new ConcurrentLinkedQueue<>();

    static Replica open(
            Disk disk, LocalStoreOptions options, NanoClock clock, AppliedListener listener, LogOpener logOpener)
            throws IOException {
        Replica replica = new Replica(disk, options, clock, listener, logOpener.group());
        try {
            replica.recover(logOpener);
            return replica;
        } catch (IOException | RuntimeException e) {
            replica.release(e);
            throw e;
        }
    }

    private Replica(Disk disk, LocalStoreOptions options, NanoClock clock, AppliedListener listener, int group) {
        this.disk = disk;
        this.options = options;
        this.clock = clock;
        this.openingNanos = clock.monotonicNanos();
        this.surroundings =
                new Engine.Surroundings(
                        options,
                        clock,
                        group,
                        listener,
                        counters,
                        flusherDoorbell,
                        this::onTablet,
                        position -> tablet.release(position));
    }

    private void onTablet(Runnable errand) {
        Tablet present = tablet;
        if (present == null) {
            // The log is being replayed, on this very thread.
            errand.run();
        } else {
            present.execute(errand);
        }
    }

    private void recover(LogOpener logOpener) throws IOException {
        String home = Homes.present(disk);
        engine = Engine.open(disk, home, surroundings);
        Covered covered = covered();
        log =
                logOpener.open(
                        new LogOpener.Opening(
                                disk,
                                Math.max(1, covered.replayFrom()),
                                covered.appliedThrough(),
                                termAt(covered.appliedThrough()),
                                new Replay(),
                                this::ring,
                                this));
        tablet = new Tablet(log, engine, clock, new SpaceGuard(disk, clock, options.reserveBytes()), counters);
        engine.checkpoints().reset(log.writtenBytes());
        // Only now, when everything was found to be sound.
        engine.store().deleteDebris();
        Homes.deleteBefore(disk, home);
        openedMillis = (clock.monotonicNanos() - openingNanos) / 1_000_000;
    }

    /// What a log hands over while it is being opened: there are no threads yet, so trees are built on this one.
    private final class Replay implements CommandLog.Handler {
        private final CommandCodec codec = new CommandCodec();

        @Override
        public void entry(long position, long term, long ticket, MemorySegment entry) throws IOException {
            try {
                engine.state().apply(position, term, codec.decode(entry, "log entry " + position));
            } catch (Refused e) {
                // It was refused when it was first applied, too.
            }
            replayedEntries++;
            Flusher flusher = engine.flusher();
            while (engine.areBuffersFull() && flusher.doWork() > 0) {
                if (flusher.failure() != null) {
                    throw flusher.failure();
                }
            }
        }

        @Override
        public void advanced(long position, long term) {
            engine.state().advance(position, term);
        }
    }

    private void ring() {
        Tablet present = tablet;
        if (present != null) {
            present.doorbell().ring();
        }
    }

    Tablet tablet() {
        return tablet;
    }

    Doorbell flusherDoorbell() {
        return flusherDoorbell;
    }

    /// The present engine, for what needs no more than its heap.
    Engine engine() {
        return engine;
    }

    /// The present engine, whole, until it is released.
    ///
    /// @throws Refused `TOO_STALE` while it is still reading its log
    Engine hold() {
        while (true) {
            Engine present = engine;
            if (present.tryHold()) {
                try {
                    present.requireWhole();
                    return present;
                } catch (Refused e) {
                    release(present);
                    throw e;
                }
            }
            Thread.onSpinWait();
        }
    }

    void release(Engine held) {
        held.release();
        if (held != engine) {
            flusherDoorbell.ring();
        }
    }

    // ---- what the owner of a replicated log asks for ----

    @Override
    public Covered covered() {
        return engine.checkpoints().covered();
    }

    @Override
    public long termAt(long position) {
        return engine.state().terms().at(position);
    }

    @Override
    public long appliedThrough() {
        return engine.state().appliedThrough();
    }

    @Override
    public CompletableFuture<Covered> checkpointNow() {
        CompletableFuture<Covered> covered = new CompletableFuture<>();
        tablet.execute(() -> engine.checkpoints().want(covered, 0));
        return covered;
    }

    @Override
    public CompletableFuture<Covered> checkpointFrom(long position) {
        CompletableFuture<Covered> covered = new CompletableFuture<>();
        tablet.execute(() -> engine.checkpoints().want(covered, position));
        return covered;
    }

    @Override
    public Optional<String> trouble() {
        return tablet.life() == Tablet.Life.FAILED ? Optional.of(tablet.failure()) : engine.flushingTrouble();
    }

    @Override
    public CheckpointSource openCheckpoint() throws IOException {
        Engine held = engine;
        while (!held.tryHold()) {
            held = engine;
        }
        Engine source = held;
        try {
            return new CheckpointSource(source.disk(), source.store().image(), () -> release(source));
        } catch (IOException | RuntimeException e) {
            release(source);
            throw e;
        }
    }

    @Override
    public Installation beginInstallation(StoreImage image) throws IOException {
        requireAhead(image);
        return Installation.begin(disk, image);
    }

    private void requireAhead(StoreImage image) {
        long through = image.checkpoint().appliedThrough();
        if (through <= appliedThrough()) {
            throw new Refused(
                    ErrorCode.CLUSTER_CONFLICT,
                    "a checkpoint through position %d is of no use to a replica that has applied %d"
                            .formatted(through, appliedThrough()));
        }
    }

    @Override
    public CompletableFuture<Covered> install(Installation received) throws IOException {
        requireAhead(received.image());
        CompletableFuture<Covered> installed = new CompletableFuture<>();
        try {
            received.finish(options.store().newStoreId().get(), clock);
            Engine next = Engine.open(disk, received.home(), surroundings);
            tablet.execute(() -> {
                switchTo(next);
                installed.complete(covered());
            });
        } catch (IOException | RuntimeException e) {
            // A restart may find the new home complete: then nothing must have been released from the log meanwhile.
            tablet.execute(() -> tablet.fail(e));
            throw e;
        }
        return installed;
    }

    private void switchTo(Engine next) {
        Engine before = engine;
        next.checkpoints().reset(log.writtenBytes());
        engine = next;
        tablet.switchTo(next);
        before.checkpoints().replacedBy(covered());
        retired.add(before);
        before.retire();
        flusherDoorbell.ring();
        LOG.info("A received checkpoint through position {} is this replica's state.", covered().appliedThrough());
    }

    // ---- the work of its threads ----

    /// Tablet's thread: begins a checkpoint when one is due, and keeps the log from growing without bound.
    ///
    /// @return 1 if anything was begun
    int upkeep() {
        Engine present = engine;
        CheckpointCycle checkpoints = present.checkpoints();
        if (tablet.life() == Tablet.Life.FAILED || present.flusher().failure() != null) {
            checkpoints.failWaiters(trouble().orElse("the store has failed"));
            return 0;
        }
        logRetainedBytes = log.retainedBytes();
        if (!present.state().isWhole()) {
            return 0;
        }
        if (checkpoints.beginIfDue(log.writtenBytes())) {
            return 1;
        }
        if (checkpoints.isUnderWay()) {
            return 0;
        }
        int flushes = checkpoints.wantedFrom() > 0 ? tablet.flushBefore(checkpoints.wantedFrom()) : 0;
        return logRetainedBytes > options.logBytesMax() ? flushes + tablet.flushWhatHoldsTheLogBack() : flushes;
    }

    /// Flusher's thread: one task of the present engine, or the end of one that nobody reads any more.
    ///
    /// @return 0 if there was nothing to do
    int flush() {
        int work = engine.flusher().doWork();
        return work > 0 || retired.isEmpty() ? work : closeUnheld();
    }

    private int closeUnheld() {
        int closed = 0;
        for (Iterator<Engine> engines = retired.iterator(); engines.hasNext(); ) {
            Engine old = engines.next();
            if (!old.isHeld()) {
                engines.remove();
                closed++;
                try {
                    old.close();
                    Homes.delete(disk, old.home());
                } catch (IOException e) {
                    LOG.warn("The home {} is not deleted before the next start.", old.disk().description(), e);
                }
            }
        }
        return closed;
    }

    // ---- what it says of itself ----

    StoreMetrics metrics() {
        Engine present = engine;
        StoreStatistics statistics = present.store().statistics();
        return new StoreMetrics(
                present.state().streams().size(),
                counters.mutations().sum(),
                counters.points().sum(),
                counters.refused().sum(),
                counters.commits().sum(),
                counters.checkpoints().sum(),
                present.pqm().statistics().heldBytes(),
                logRetainedBytes,
                statistics.segmentBytes(),
                statistics.blocks().reads(),
                statistics.blocks().misses(),
                trouble().isPresent());
    }

    SortedMap<String, String> status() {
        SortedMap<String, String> status = new TreeMap<>();
        Engine present = engine;
        StoreMetrics metrics = metrics();
        status.put("store.id", present.store().id().toString());
        status.put("store.home", present.home().equals(Homes.TOP) ? "." : present.home());
        status.put("store.state", trouble().map(why -> "reads only: " + why).orElse("well"));
        status.put("store.streams", Long.toString(metrics.streams()));
        status.put("store.opened.ms", Long.toString(openedMillis));
        status.put("disk.path", disk.description());
        status.put("log.position", Long.toString(present.state().appliedThrough()));
        status.put("log.term", Long.toString(present.state().terms().last()));
        status.put("log.replayed.entries", Long.toString(replayedEntries));
        status.put("log.retained.bytes", Long.toString(metrics.logRetainedBytes()));
        status.put("checkpoint.sequence", Long.toString(present.store().lastCheckpoint().sequence()));
        status.put("pqm.bytes", Long.toString(metrics.bufferedBytes()));
        status.put("pqm.bytes.max", Long.toString(options.pqm().bufferBytesMax()));
        TablesState tables = present.state().tables();
        status.put("tables.count", Integer.toString(tables.count()));
        status.put("tables.buffer.bytes", Long.toString(tables.bufferedBytes()));
        status.put("tables.buffer.bytes.max", Long.toString(options.tables().bufferBytesMax()));
        status.put("tables.readers.bytes", Long.toString(tables.readersBytes()));
        status.put("tables.history.bytes", Long.toString(tables.historyBytes()));
        status.put("segments.bytes", Long.toString(metrics.segmentBytes()));
        for (MemoryOwner owner : MemoryOwner.values()) {
            status.put("offheap." + owner.label() + ".bytes", Long.toString(OffHeap.bytes(owner)));
        }
        return status;
    }

    // ---- the end ----

    /// After {@link Tablet#drain}, with no other thread at work: builds what is frozen, takes a last checkpoint, closes
    /// everything.
    void close() throws IOException {
        IOException failed = new IOException("the store did not close cleanly");
        try {
            finishFlusher();
            TabletState state = engine.state();
            if (trouble().isEmpty() && state.isWhole() && state.appliedThrough() > covered().appliedThrough()) {
                engine.checkpoints().begin(log.writtenBytes());
                finishFlusher();
            }
        } catch (RuntimeException e) {
            failed.addSuppressed(e);
        }
        trouble().ifPresent(why -> failed.addSuppressed(new IOException(why)));
        engine.checkpoints().failWaiters("the store is shutting down");
        release(failed);
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }

    private void finishFlusher() {
        while (!engine.flusher().isIdle() || !tablet.isQuiet()) {
            engine.flusher().doWork();
            tablet.doWork();
        }
    }

    private void release(Exception failed) {
        for (Engine old = retired.poll(); old != null; old = retired.poll()) {
            closing(old::close, failed);
        }
        if (log != null) {
            closing(log, failed);
        }
        if (engine != null) {
            closing(engine::close, failed);
        }
        closing(disk, failed);
    }

    private static void closing(AutoCloseable part, Exception failed) {
        try {
            part.close();
        } catch (Exception e) {
            failed.addSuppressed(e);
        }
    }
}
