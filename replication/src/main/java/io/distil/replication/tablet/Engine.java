package io.distil.replication.tablet;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.pqm.Pqm;
import io.distil.replication.table.TablesState;
import io.distil.replication.transfer.Homes;
import io.distil.storage.ring.Disk;
import io.distil.storage.store.Store;
import io.distil.storage.tree.SeriesTree;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// Everything of one home, wired: the store with its trees, the buffers and the state over them, what builds trees and takes
/// checkpoints, and what answers reads. Knows neither the log nor threads.
///
/// ```
///   open ──▶ present ──a received checkpoint takes its place──▶ retired ──last reader gone──▶ closed
/// ```
///
/// Readers and transfers hold an engine ({@link #tryHold}, {@link #release}); a retired one changes no more, so that what
/// they hold stays as it is.
final class Engine {
    private final String home;
    private final Disk disk;
    private final Store store;
    private final Pqm pqm;
    private final TabletState state;
    private final Flusher flusher;
    private final StreamBuilder streamBuilder;
    private final CheckpointCycle checkpoints;
    private final Reads reads;
    private final TabletAnswers answers;
    private final TabletCounters counters;
    private final LongConsumer releaseLog;

    /// One for the replica, one for each that holds it; at 0 nobody can hold it again.
    private final AtomicInteger holders = new AtomicInteger(1);

    /// Tablet's thread only.
    private boolean retired;

    /// What an engine needs of its replica.
    ///
    /// @param counters of the replica, which outlive its engines
    /// @param flusherDoorbell wakes the thread that builds trees
    /// @param onTablet runs an errand on the tablet's thread
    /// @param releaseLog told before which position the log is not needed any more
    record Surroundings(
            LocalStoreOptions options,
            NanoClock clock,
            int group,
            AppliedListener listener,
            TabletCounters counters,
            Doorbell flusherDoorbell,
            Consumer<Runnable> onTablet,
            LongConsumer releaseLog) {}

    /// Opens a home, and creates its store where there is none; loads its last checkpoint.
    static Engine open(Disk disk, String home, Surroundings surroundings) throws IOException {
        Disk in = Homes.in(disk, home);
        Store store = Store.open(in, surroundings.options().store(), surroundings.clock());
        Engine engine = new Engine(in, home, store, surroundings);
        try {
            engine.checkpoints.load();
            return engine;
        } catch (IOException | RuntimeException e) {
            try {
                engine.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private Engine(Disk disk, String home, Store store, Surroundings s) {
        this.home = home;
        this.disk = disk;
        this.store = store;
        this.counters = s.counters();
        this.releaseLog = s.releaseLog();
        SeriesTree tree = new SeriesTree(store.blocks(), s.options().shape());
        this.pqm = new Pqm(s.options().pqm(), s.clock());
        this.flusher = new Flusher(store, unlessRetired(this, s.onTablet()), s.flusherDoorbell());
        this.streamBuilder = new StreamBuilder(tree, flusher::give, this::installed);
        TablesState tables = new TablesState(s.options().tables(), store, s.clock(), flusher::give);
        this.state = new TabletState(pqm, tables, new Effects(), s.listener(), s.group());
        CheckpointTimer timer =
                new CheckpointTimer(s.clock(), s.options().checkpointLogBytes(), s.options().checkpointAgeNanos());
        this.checkpoints = new CheckpointCycle(store, state, flusher, timer, this::saved);
        this.reads = new Reads(state, store, tree);
        this.answers = new TabletAnswers(state, reads, s.onTablet());
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

    /// What the flusher has done, brought to the tablet's thread. A retired engine needs no more of it.
    private static Consumer<Runnable> unlessRetired(Engine engine, Consumer<Runnable> onTablet) {
        return errand ->
                onTablet.accept(() -> {
                    if (!engine.retired) {
                        errand.run();
                    }
                });
    }

    private void installed(TabletStream stream) {
        counters.commits().increment();
        state.dirty().stream(stream.id());
    }

    private void saved(long logNeededFrom) {
        counters.checkpoints().increment();
        releaseLog.accept(logNeededFrom);
    }

    String home() {
        return home;
    }

    Disk disk() {
        return disk;
    }

    Store store() {
        return store;
    }

    Pqm pqm() {
        return pqm;
    }

    TabletState state() {
        return state;
    }

    Flusher flusher() {
        return flusher;
    }

    CheckpointCycle checkpoints() {
        return checkpoints;
    }

    /// True while the budget of some buffers is used up. Any thread.
    boolean areBuffersFull() {
        return pqm.isFull() || state.tables().isFull();
    }

    TabletAnswers answers() {
        return answers;
    }

    Reads reads() {
        return reads;
    }

    /// Why nothing is flushed any more, or empty.
    Optional<String> flushingTrouble() {
        IOException failure = flusher.failure();
        return failure == null
                ? Optional.empty()
                : Optional.of("buffers cannot be written to the disk: " + failure.getMessage());
    }

    /// Keeps this engine as it is until {@link #release}. Any thread.
    ///
    /// @return false if it is closed already: there is another one
    boolean tryHold() {
        int present = holders.get();
        while (present > 0) {
            if (holders.compareAndSet(present, present + 1)) {
                return true;
            }
            present = holders.get();
        }
        return false;
    }

    void release() {
        holders.decrementAndGet();
    }

    boolean isHeld() {
        return holders.get() > 0;
    }

    /// Tablet's thread: nothing is applied here any more. Who watches a table learns it, and watches again.
    void retire() {
        retired = true;
        state.tables()
                .refuse(new Refused(ErrorCode.TOO_STALE, "this replica took over another one's checkpoint: ask again"));
        release();
    }

    /// @throws Refused `TOO_STALE` while buffers are being filled again
    void requireWhole() {
        if (!state.isWhole()) {
            throw new Refused(
                    ErrorCode.TOO_STALE,
                    "this replica is still reading the log behind its last checkpoint: ask again soon");
        }
    }

    /// After the last reader, with no thread at work in it. The disk stays open.
    void close() throws IOException {
        state.streams().values().forEach(stream -> stream.buffer().close());
        state.tables().close();
        store.close();
    }
}
