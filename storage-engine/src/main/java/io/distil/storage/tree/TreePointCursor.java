package io.distil.storage.tree;

import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.memory.Layouts;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Copies the runs of a {@link MergedWalk} into batches, column by column. A run that does not fit goes on in the next
/// batch.
final class TreePointCursor implements PointCursor {
    private final MergedWalk walk;
    private final Runnable onClose;
    private int next;
    private int runUntil;
    private boolean closed;

    TreePointCursor(MergedWalk walk, Runnable onClose) {
        this.walk = walk;
        this.onClose = onClose;
    }

    @Override
    public int next(PointBatch batch) throws IOException {
        batch.clear();
        int filled = 0;
        while (filled < batch.capacity()) {
            if (next == runUntil) {
                if (walk.step() == MergedWalk.Step.END) {
                    break;
                }
                next = walk.pointsFrom();
                runUntil = walk.pointsUntil();
            }
            int n = Math.min(batch.capacity() - filled, runUntil - next);
            MemorySegment.copy(walk.points().times(), next, batch.times(), Layouts.LONG, 8L * filled, n);
            MemorySegment.copy(walk.points().values(), next, batch.values(), Layouts.DOUBLE, 8L * filled, n);
            next += n;
            filled += n;
        }
        batch.setCount(filled);
        return filled;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            walk.close();
            onClose.run();
        }
    }
}
