package io.distil.replication.tablet;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.LogPosition;
import io.distil.replication.log.CommandLog;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Who waits for a position of the log: reads until it is applied, writers who were answered early until it is decided, and
/// either kind until there are enough copies of it. Owned by the tablet's thread.
final class PositionWaiters {
    /// How long to wait for copies on members that may be gone.
    private static final long COPIES_WAIT_NANOS_MAX = 30_000_000_000L;

    private static final long ANY_TERM = Long.MIN_VALUE;

    /// @param term that the entry must have; {@link #ANY_TERM} if it does not matter
    /// @param done completes the waiter
    /// @param failed completes it otherwise
    private record Waiter(long position, long term, int copies, Runnable done, Consumer<Exception> failed) {}

    private record CopiesWaiter(Waiter waiter, long sinceNanos) {}

    private final NanoClock clock;
    private final PriorityQueue<Waiter> unapplied = new PriorityQueue<>(Comparator.comparingLong(Waiter::position));
    private final List<CopiesWaiter> uncopied = new ArrayList<>();

    /// Among `unapplied`, how many wait for an entry of a certain term.
    private int undecidedCount;

    PositionWaiters(NanoClock clock) {
        this.clock = clock;
    }

    /// Completes `future` once `position` is applied.
    void untilApplied(long position, CompletableFuture<Void> future) {
        unapplied.add(new Waiter(position, ANY_TERM, 0, () -> future.complete(null), future::completeExceptionally));
    }

    /// Completes `future` once it is decided that the entry at `position` stays, and so many members have it.
    void untilDecided(LogPosition position, int copies, CompletableFuture<Void> future) {
        undecidedCount++;
        unapplied.add(
                new Waiter(
                        position.position(),
                        position.term(),
                        copies,
                        () -> future.complete(null),
                        future::completeExceptionally));
    }

    /// Calls `done` once so many members have the entry at `position`, which is applied.
    void untilCopied(long position, int copies, Runnable done, Consumer<Exception> failed) {
        uncopied.add(new CopiesWaiter(new Waiter(position, ANY_TERM, copies, done, failed), clock.monotonicNanos()));
    }

    /// Completes what can be completed.
    ///
    /// @param appliedThrough up to where the state can be read, with `terms`
    /// @return how many were completed
    int poll(long appliedThrough, TermHistory terms, CommandLog log) {
        int completed = undecidedCount == 0 ? 0 : pollReverted(terms);
        while (!unapplied.isEmpty() && unapplied.peek().position() <= appliedThrough) {
            decide(unapplied.remove(), terms, log);
            completed++;
        }
        return uncopied.isEmpty() ? completed : completed + pollCopies(log);
    }

    /// An entry that a later term has replaced is gone at once; until the log is as long again as the lost one was, much time
    /// may pass.
    private int pollReverted(TermHistory terms) {
        List<Waiter> gone =
                unapplied.stream()
                        .filter(waiter -> waiter.term() != ANY_TERM)
                        .filter(waiter -> terms.isBeyond(waiter.term(), waiter.position()))
                        .toList();
        unapplied.removeAll(gone);
        undecidedCount -= gone.size();
        gone.forEach(waiter -> waiter.failed().accept(reverted(waiter, terms.at(waiter.position()))));
        return gone.size();
    }

    private void decide(Waiter waiter, TermHistory terms, CommandLog log) {
        undecidedCount -= waiter.term() == ANY_TERM ? 0 : 1;
        long term = waiter.term() == ANY_TERM ? ANY_TERM : terms.at(waiter.position());
        if (term != waiter.term()) {
            waiter.failed().accept(reverted(waiter, term));
        } else if (waiter.copies() > 0 && waiter.copies() > log.durableCopies(waiter.position())) {
            uncopied.add(new CopiesWaiter(waiter, clock.monotonicNanos()));
        } else {
            waiter.done().run();
        }
    }

    private static Refused reverted(Waiter waiter, long term) {
        String what = "position " + waiter.position() + " of term " + waiter.term();
        return term == TermHistory.FORGOTTEN
                ? new Refused(ErrorCode.INVALID_ARGUMENT, what + " is too old: its fate is not known any more")
                : new Refused(
                        ErrorCode.REVERTED,
                        what + " never happened: its leader lost it, and the log goes on there with term " + term);
    }

    private int pollCopies(CommandLog log) {
        int before = uncopied.size();
        long now = clock.monotonicNanos();
        for (Iterator<CopiesWaiter> waiters = uncopied.iterator(); waiters.hasNext(); ) {
            CopiesWaiter next = waiters.next();
            Waiter waiter = next.waiter();
            int copies = log.durableCopies(waiter.position());
            if (copies >= waiter.copies()) {
                waiters.remove();
                waiter.done().run();
            } else if (!log.isWritable() || now - next.sinceNanos() > COPIES_WAIT_NANOS_MAX) {
                waiters.remove();
                waiter.failed().accept(notCopied(waiter, copies, log.isWritable()));
            }
        }
        return before - uncopied.size();
    }

    private static IOException notCopied(Waiter waiter, int copies, boolean leads) {
        return new IOException(
                "position "
                        + waiter.position()
                        + " is committed, but "
                        + waiter.copies()
                        + " copies were asked for and "
                        + (leads
                                ? copies + " are known of"
                                : "this node, which does not lead any more, cannot say how many there are"));
    }

    /// Fails everybody.
    void failAll(IOException why) {
        unapplied.forEach(waiter -> waiter.failed().accept(why));
        uncopied.forEach(next -> next.waiter().failed().accept(why));
        unapplied.clear();
        undecidedCount = 0;
        uncopied.clear();
    }
}
