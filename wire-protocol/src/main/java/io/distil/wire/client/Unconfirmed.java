package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.LogPosition;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/// What was acknowledged at durability `leader` and is not yet known to be committed: asks for its fate, and reports what never
/// happened. Any thread.
///
/// For each group, one question is under way: for the latest position. A leader's log is a row, so once that is committed,
/// all earlier ones of its term are. Only when it was reverted are the others asked for one by one.
final class Unconfirmed {
    /// Reverted positions that are remembered for {@link #isReverted}.
    private static final int REVERTED_MAX = 4096;

    /// What one group has not confirmed.
    private static final class Waiting {
        private final ArrayDeque<LogPosition> positions = new ArrayDeque<>();
        private boolean isAsking;
        private boolean oneByOne;
    }

    private final Function<LogPosition, CompletableFuture<Void>> fate;
    private final Consumer<LogPosition> onRevert;
    private final Map<Integer, Waiting> byGroup = new HashMap<>();
    private final Set<LogPosition> reverted = new LinkedHashSet<>();

    /// @param fate completes when a position is committed, and fails with `REVERTED` when it never will be
    Unconfirmed(Function<LogPosition, CompletableFuture<Void>> fate, Consumer<LogPosition> onRevert) {
        this.fate = fate;
        this.onRevert = onRevert;
    }

    static Refused reverted(LogPosition position) {
        return new Refused(
                ErrorCode.REVERTED,
                "the mutation at position "
                        + position.position()
                        + " of group "
                        + position.group()
                        + " in term "
                        + position.term()
                        + " was lost with its leader");
    }

    synchronized boolean isReverted(LogPosition position) {
        return reverted.contains(position);
    }

    void add(LogPosition position) {
        LogPosition toAsk;
        synchronized (this) {
            Waiting waiting = byGroup.computeIfAbsent(position.group(), _ -> new Waiting());
            waiting.positions.add(position);
            toAsk = next(waiting);
        }
        ask(toAsk);
    }

    /// The position to ask for now, or null.
    private LogPosition next(Waiting waiting) {
        if (waiting.isAsking || waiting.positions.isEmpty()) {
            return null;
        }
        waiting.isAsking = true;
        return waiting.oneByOne ? waiting.positions.peekFirst() : waiting.positions.peekLast();
    }

    private void ask(LogPosition position) {
        if (position != null) {
            fate.apply(position).whenComplete((_, thrown) -> answered(position, Repetition.bare(thrown)));
        }
    }

    private void answered(LogPosition position, Throwable thrown) {
        boolean isReverted = thrown instanceof Refused e && e.code() == ErrorCode.REVERTED;
        boolean isLost = false;
        LogPosition toAsk;
        synchronized (this) {
            Waiting waiting = byGroup.get(position.group());
            waiting.isAsking = false;
            if (thrown == null) {
                waiting.positions.removeIf(
                        other -> other.term() == position.term() && other.position() <= position.position());
            } else if (isReverted && (waiting.oneByOne || waiting.positions.size() == 1)) {
                waiting.positions.remove(position);
                isLost = true;
                remember(position);
            } else if (isReverted) {
                waiting.oneByOne = true;
            } else {
                // Nobody could tell: who waits for it will ask again.
                waiting.positions.remove(position);
            }
            waiting.oneByOne &= !waiting.positions.isEmpty();
            toAsk = next(waiting);
        }
        if (isLost) {
            onRevert.accept(position);
        }
        ask(toAsk);
    }

    private void remember(LogPosition position) {
        reverted.add(position);
        if (reverted.size() > REVERTED_MAX) {
            reverted.remove(reverted.iterator().next());
        }
    }
}
