package io.distil.replication.tablet;

import io.distil.replication.tablet.ReplicaControl.Covered;
import io.distil.storage.store.Checkpoint;
import io.distil.storage.store.Store;

import java.io.IOException;
import java.util.ArrayList;
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

    /// Who wants a checkpoint, and who gets the one under way.
    private List<CompletableFuture<Covered>> wanted = new ArrayList<>();

    private List<CompletableFuture<Covered>> underWay = List.of();

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

    void want(CompletableFuture<Covered> waiter) {
        wanted.add(waiter);
    }

    boolean isUnderWay() {
        return timer.isUnderWay();
    }

    /// Begins a checkpoint when one is due or wanted.
    ///
    /// @return false if there was nothing to do
    boolean beginIfDue(long logBytes) {
        if (timer.isUnderWay() || wanted.isEmpty() && !timer.isDue(state.appliedThrough(), logBytes)) {
            return false;
        }
        underWay = wanted;
        wanted = new ArrayList<>();
        if (isNothingNew()) {
            answer(covered());
        } else {
            begin(logBytes);
        }
        return true;
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
        underWay.forEach(waiter -> waiter.complete(covered));
        underWay = List.of();
    }

    /// Answers everybody: another checkpoint has taken this engine's place.
    void replacedBy(Covered covered) {
        answer(covered);
        wanted.forEach(waiter -> waiter.complete(covered));
        wanted.clear();
    }

    void failWaiters(String why) {
        if (wanted.isEmpty() && underWay.isEmpty()) {
            return;
        }
        IOException failed = new IOException("no checkpoint: " + why);
        wanted.forEach(waiter -> waiter.completeExceptionally(failed));
        underWay.forEach(waiter -> waiter.completeExceptionally(failed));
        wanted.clear();
        underWay = List.of();
    }
}
