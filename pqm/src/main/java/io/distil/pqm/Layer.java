package io.distil.pqm;

import java.util.List;

/// One commit's worth of changes in closed form: erased ranges, and runs of operations from the oldest to the newest. Never
/// changes; a {@link LayerDraft} makes its successor.
///
/// What it means at time `t`: whatever lies below is dropped if `t` is erased; then the operations at `t` are applied one by
/// one, run after run, by their policies. Erasing later drops the layer's own operations, so no operation ever stands before
/// an erasure that concerns it.
final class Layer extends Shared {
    private static final Run[] NO_RUNS = {};

    private final Run[] runs;
    private final ErasedRanges erased;
    private final int operationCount;
    private final long bytes;

    /// A layer that changes nothing.
    Layer() {
        this(List.of(), ErasedRanges.NONE);
    }

    /// Holds what it is made of.
    Layer(List<Run> runs, ErasedRanges erased) {
        this.runs = runs.toArray(NO_RUNS);
        this.erased = erased;
        int operations = erased.count();
        long held = erased.bytes();
        RunColumns previous = null;
        for (Run run : runs) {
            run.columns().retain();
            operations += run.count();
            held += run.columns() == previous ? 0 : run.columns().bytes();
            previous = run.columns();
        }
        if (erased.rows() != null) {
            erased.rows().retain();
        }
        this.operationCount = operations;
        this.bytes = held;
    }

    int runCount() {
        return runs.length;
    }

    Run run(int index) {
        return runs[index];
    }

    ErasedRanges erased() {
        return erased;
    }

    /// Buffered points and erased ranges.
    int operationCount() {
        return operationCount;
    }

    /// Off-heap bytes this layer needs.
    long bytes() {
        return bytes;
    }

    boolean isEmpty(long from, long until) {
        return !erased.overlaps(from, until) && nextTime(from, until) == until;
    }

    boolean isAdditive(long from, long until) {
        if (erased.overlaps(from, until)) {
            return false;
        }
        for (Run run : runs) {
            if (!run.addsOnly() && !run.columns().onlyNever(run.lowerBound(from), run.lowerBound(until))) {
                return false;
            }
        }
        return true;
    }

    long nextTime(long from, long until) {
        long next = until;
        for (Run run : runs) {
            int row = run.lowerBound(from);
            if (row < run.until()) {
                next = Math.min(next, run.columns().time(row));
            }
        }
        return next;
    }

    long previousTime(long from, long until) {
        long previous = Long.MIN_VALUE;
        for (Run run : runs) {
            int row = run.lowerBound(until) - 1;
            if (row >= run.from() && run.columns().time(row) >= from) {
                previous = Math.max(previous, run.columns().time(row));
            }
        }
        return previous;
    }

    @Override
    void free() {
        for (Run run : runs) {
            run.columns().release();
        }
        if (erased.rows() != null) {
            erased.rows().release();
        }
    }
}
