package io.distil.replication.tablet;

import io.distil.replication.tablet.ReplicaControl.Covered;
import io.distil.storage.store.Checkpoint;
import io.distil.storage.store.Store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/// Takes an engine's checkpoints, one at a time: when the log has grown, when the last one is old, or when somebody asks.
/// Owned by the tablet's thread.
///
/// ```
///   idle ──due or wanted: gather──▶ under way, at the flusher's ──saved──▶ idle, waiters answered
/// ```
final class CheckpointCycle {
    private final Store store;
    private final TabletState state;
    private final Flusher flusher;
    private final Checkpointer checkpointer;
    private final CheckpointTimer timer;
    private final LongConsumer saved;

    /// @param replayFrom that the checkpoint must have at least
    private record Waiter(CompletableFuture<Covered> future, long replayFrom) {}

    /// Who wants a checkpoint, and who gets the one under way.
    private final List<Waiter> wanted = new ArrayList<>();

    private final List<Waiter> underWay = new ArrayList<>();

    /// Where the log must begin for the checkpoint before the last.
    private long previousReplayFrom;

    /// @param saved told after each checkpoint from which position on the log is still needed
    CheckpointCycle(Store store, TabletState state, Flusher flusher, CheckpointTimer timer, LongConsumer saved) {
        this.saved = saved;
        this.store = store;
        this.state = state;
        this.flusher = flusher;
        this.timer = timer;
        this.checkpointer = new Checkpointer(state);
        this.previousReplayFrom = store.lastCheckpoint().replayFrom();
    }

    /// Brings the state of the last checkpoint back.
    void load() throws IOException {
        checkpointer.load(store);
    }

    /// Counts from here on when the next one is due.
    ///
    /// @param logBytes bytes ever written to the log
    void reset(long logBytes) {
        timer.began(state.appliedThrough(), logBytes);
        timer.ended();
    }

    Covered covered() {
        Checkpoint last = store.lastCheckpoint();
        return new Covered(last.sequence(), last.appliedThrough(), last.replayFrom());
    }

    /// @param replayFrom entries before it must not be needed any more
    void want(CompletableFuture<Covered> future, long replayFrom) {
        wanted.add(new Waiter(future, replayFrom));
    }

    /// Before which position entries must not be needed any more for those who wait; 0 if it does not matter.
    long wantedFrom() {
        long position = 0;
        for (Waiter waiter : wanted) {
            position = Math.max(position, waiter.replayFrom());
        }
        return position;
    }

    boolean isUnderWay() {
        return timer.isUnderWay();
    }

    /// Begins a checkpoint when one is due or wanted.
    ///
    /// @return false if there was nothing to do
    boolean beginIfDue(long logBytes) {
        if (timer.isUnderWay()) {
            return false;
        }
        boolean isWanted = !wanted.isEmpty() && takeWaiters();
        if (!isWanted && !timer.isDue(state.appliedThrough(), logBytes)) {
            return false;
        }
        if (isNothingNew()) {
            answer(covered());
        } else {
            begin(logBytes);
        }
        return true;
    }

    /// @return true if a checkpoint now would do for somebody
    private boolean takeWaiters() {
        long replayFrom = checkpointer.replayFrom();
        for (Iterator<Waiter> waiters = wanted.iterator(); waiters.hasNext(); ) {
            Waiter waiter = waiters.next();
            if (waiter.replayFrom() <= replayFrom) {
                waiters.remove();
                underWay.add(waiter);
            }
        }
        return !underWay.isEmpty();
    }

    private boolean isNothingNew() {
        Covered last = covered();
        return last.appliedThrough() == state.appliedThrough() && last.replayFrom() == checkpointer.replayFrom();
    }

    void begin(long logBytes) {
        timer.began(state.appliedThrough(), logBytes);
        Checkpointer.Plan plan = checkpointer.gather();
        flusher.give(_ -> {
            Checkpointer.write(store, plan);
            return () -> ended(plan);
        });
    }

    private void ended(Checkpointer.Plan plan) {
        Checkpointer.saved(plan);
        // One checkpoint behind: should this one's slot ever be damaged, a start returns to the one before and needs
        // its log.
        saved.accept(previousReplayFrom);
        previousReplayFrom = plan.replayFrom();
        timer.ended();
        answer(covered());
    }

    private void answer(Covered covered) {
        underWay.forEach(waiter -> waiter.future().complete(covered));
        underWay.clear();
    }

    /// Answers everybody: another checkpoint has taken this engine's place.
    void replacedBy(Covered covered) {
        underWay.addAll(wanted);
        wanted.clear();
        answer(covered);
    }

    void failWaiters(String why) {
        if (wanted.isEmpty() && underWay.isEmpty()) {
            return;
        }
        IOException failed = new IOException("no checkpoint: " + why);
        wanted.forEach(waiter -> waiter.future().completeExceptionally(failed));
        underWay.forEach(waiter -> waiter.future().completeExceptionally(failed));
        wanted.clear();
        underWay.clear();
    }
}
