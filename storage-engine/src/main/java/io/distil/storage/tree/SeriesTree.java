package io.distil.storage.tree;

import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.Direction;
import io.distil.base.api.Point;
import io.distil.base.api.PointCursor;
import io.distil.base.api.WindowCursor;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockWriter;

import java.io.IOException;
import java.util.Optional;

/// Every question about the points of a series, and the one way to change them. It holds no series: each call names a
/// {@link SeriesRoot}, and an {@link Overlay} of changes that are not in it yet.
///
/// Safe for use by many threads, without locks on the way; a cursor has one owner, pins the blocks it stands on, and must be
/// closed. Roots and their blocks never change, so a query sees one version from beginning to end.
public final class SeriesTree {
    private final BlockReader reader;
    private final TreeShape shape;
    private final ScratchPool scratches;

    public SeriesTree(BlockReader reader, TreeShape shape) {
        this.reader = reader;
        this.shape = shape;
        this.scratches = new ScratchPool(reader, shape);
    }

    public TreeShape shape() {
        return shape;
    }

    /// Writes what `changes` make of `base` as new blocks. Blocks that stay the same are shared with `base`.
    ///
    /// @param major the version being made; it is under the checksums of the new blocks
    /// @return the new root; `base` itself if every point stayed the same. Its blocks are durable after the store's next
    ///     sync, so publish it after that
    public SeriesRoot commit(SeriesRoot base, Overlay changes, long major, BlockWriter out) throws IOException {
        Scratch scratch = scratches.take();
        try (Commit commit = new Commit(reader, shape, scratch, changes, major, out)) {
            return commit.run(base);
        } finally {
            scratches.giveBack(scratch);
        }
    }

    /// Points of the range in time order, equal times in the order of their arrival.
    public PointCursor points(SeriesRoot root, Overlay overlay, TimeRange range) {
        Scratch scratch = scratches.take();
        MergedWalk walk = new MergedWalk(reader, scratch, root, overlay, range, MergedWalk.Whole.NEVER);
        return new TreePointCursor(walk, () -> scratches.giveBack(scratch));
    }

    /// As {@link io.distil.base.api.StreamSnapshot#alignedWindows}. The blocks read grow with the windows returned and the
    /// buffered changes in them, not with the points.
    public WindowCursor alignedWindows(SeriesRoot root, Overlay overlay, TimeRange range, int widthLog2) {
        return windows(root, overlay, WindowGrid.aligned(range, widthLog2));
    }

    /// As {@link io.distil.base.api.StreamSnapshot#windows}.
    public WindowCursor windows(SeriesRoot root, Overlay overlay, TimeRange range, long widthNanos, int depthLog2) {
        return windows(root, overlay, WindowGrid.anchored(range, widthNanos, depthLog2));
    }

    private WindowCursor windows(SeriesRoot root, Overlay overlay, WindowGrid grid) {
        if (grid.isEmpty()) {
            return new TreeWindowCursor(grid, null, () -> {});
        }
        Scratch scratch = scratches.take();
        MergedWalk walk = new MergedWalk(reader, scratch, root, overlay, grid.range(), grid);
        return new TreeWindowCursor(grid, walk, () -> scratches.giveBack(scratch));
    }

    /// The first point at or after `time`, or the last one strictly before it.
    public Optional<Point> nearest(SeriesRoot root, Overlay overlay, long time, Direction direction)
            throws IOException {
        Scratch scratch = scratches.take();
        try {
            return switch (direction) {
                case FORWARD -> firstFrom(scratch, root, overlay, Math.max(time, Times.MIN));
                case BACKWARD -> new LastBefore(reader, scratch, overlay, Math.min(time, Times.LIMIT)).find(root);
            };
        } finally {
            scratches.giveBack(scratch);
        }
    }

    private Optional<Point> firstFrom(Scratch scratch, SeriesRoot root, Overlay overlay, long from) throws IOException {
        if (from >= Times.LIMIT) {
            return Optional.empty();
        }
        TimeRange range = new TimeRange(from, Times.LIMIT);
        try (MergedWalk walk = new MergedWalk(reader, scratch, root, overlay, range, MergedWalk.Whole.NEVER)) {
            if (walk.step() == MergedWalk.Step.END) {
                return Optional.empty();
            }
            int index = walk.pointsFrom();
            return Optional.of(new Point(walk.points().times()[index], walk.points().values()[index]));
        }
    }

    /// Reports every window of width 2^resolutionLog2 in which the two versions hold different points, and no other:
    /// ascending, neighbours joined. A time has changed if its values, in the order of their arrival, are not the same.
    /// Reads what differs between the two, down to where a window or the points show it, and nothing they share.
    public void changes(SeriesRoot before, SeriesRoot after, int resolutionLog2, RangeSink sink) throws IOException {
        Scratch beforeScratch = scratches.take();
        Scratch afterScratch = scratches.take();
        try (TreeDiff diff = new TreeDiff(reader, beforeScratch, before, afterScratch, after, resolutionLog2, sink)) {
            diff.run();
        } finally {
            scratches.giveBack(beforeScratch);
            scratches.giveBack(afterScratch);
        }
    }

    /// Reads the whole tree and checks it against its definition: order, bounds, statistics, canonical shape.
    ///
    /// @throws io.distil.base.BrokenInvariant naming what is wrong
    public void check(SeriesRoot root) throws IOException {
        Scratch scratch = scratches.take();
        try {
            new TreeCheck(reader, shape, scratch).run(root);
        } finally {
            scratches.giveBack(scratch);
        }
    }
}
