package io.distil.storage.tree;

import io.distil.base.StatisticsAccumulator;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;

import java.io.IOException;

/// Adds the steps of a {@link MergedWalk} up, window by window. A full batch interrupts it anywhere.
final class TreeWindowCursor implements WindowCursor {
    private final WindowGrid grid;
    private final MergedWalk walk;
    private final Runnable onClose;
    private final StatisticsAccumulator sum = new StatisticsAccumulator();

    private long windowStart;
    private long windowEnd;

    /// What is at hand and not yet added up.
    private MergedWalk.Step step = null;

    private int next;
    private boolean closed;

    /// @param walk over the grid's range; null for a grid without windows
    TreeWindowCursor(WindowGrid grid, MergedWalk walk, Runnable onClose) {
        this.grid = grid;
        this.walk = walk;
        this.onClose = onClose;
        this.windowStart = grid.from();
        this.windowEnd = grid.endOf(grid.from());
    }

    @Override
    public int next(WindowBatch batch) throws IOException {
        batch.clear();
        while (windowStart < grid.until()) {
            if (step == null) {
                step = walk.step();
                next = walk.pointsFrom();
            }
            long time = timeAtHand();
            while (time >= windowEnd && windowStart < grid.until()) {
                if (batch.isFull()) {
                    return batch.count();
                }
                closeWindow(batch, time);
            }
            addUp();
        }
        return batch.count();
    }

    private long timeAtHand() {
        return switch (step) {
            case END -> grid.until();
            case POINTS -> walk.points().times()[next];
            case STATISTICS -> walk.statisticsFirst();
        };
    }

    /// Appends the open window if it is part of the answer, and opens the next one: the one that holds `time`, or where
    /// empty windows count, the one beside it.
    private void closeWindow(WindowBatch batch, long time) {
        if (sum.count() > 0 || grid.emptyToo()) {
            batch.append(windowStart, sum);
        }
        sum.reset();
        windowStart = grid.emptyToo() ? windowEnd : grid.startOf(time);
        windowEnd = grid.endOf(windowStart);
    }

    /// Adds what lies in the open window.
    private void addUp() {
        switch (step) {
            case END -> {}
            case STATISTICS -> {
                walk.addStatisticsTo(sum);
                step = null;
            }
            case POINTS -> {
                int end = firstOutside(walk.points().times(), next, walk.pointsUntil());
                sum.addAll(walk.points().values(), next, end);
                next = end;
                if (next == walk.pointsUntil()) {
                    step = null;
                }
            }
        }
    }

    /// The first index in `[begin, end]` whose time is past the open window: doubling steps, then halving, because narrow
    /// windows hold a few points and wide ones whole runs.
    private int firstOutside(long[] times, int begin, int end) {
        if (times[end - 1] < windowEnd) {
            return end;
        }
        int inside = begin;
        int stride = 1;
        while (inside + stride < end && times[inside + stride] < windowEnd) {
            inside += stride;
            stride <<= 1;
        }
        int outside = Math.min(inside + stride, end - 1);
        while (outside - inside > 1) {
            int middle = (inside + outside) >>> 1;
            if (times[middle] < windowEnd) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        return outside;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (walk != null) {
                walk.close();
            }
            onClose.run();
        }
    }
}
