package io.distil.replication.tablet;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.Point;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.WindowCursor;
import io.distil.storage.tree.Overlay;
import io.distil.storage.tree.SeriesRoot;
import io.distil.storage.tree.SeriesTree;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A read: a tree root with the overlay over it, both of one version. The tree's queries do the work; this adds versions.
final class TabletSnapshot implements StreamSnapshot {
    /// Finds what changed from a version up to the one shown.
    @FunctionalInterface
    interface Changes {
        List<TimeRange> since(Version since, int resolutionLog2) throws IOException;
    }

    private final StreamId stream;
    private final Version version;
    private final SeriesTree tree;
    private final SeriesRoot root;
    private final Overlay overlay;
    private final Changes changes;
    private final Runnable release;
    private boolean closed;

    TabletSnapshot(
            StreamId stream,
            Version version,
            SeriesTree tree,
            SeriesRoot root,
            Overlay overlay,
            Changes changes,
            Runnable release) {
        this.stream = stream;
        this.version = version;
        this.tree = tree;
        this.root = root;
        this.overlay = overlay;
        this.changes = changes;
        this.release = release;
    }

    @Override
    public StreamId stream() {
        return stream;
    }

    @Override
    public Version version() {
        return version;
    }

    @Override
    public PointCursor points(TimeRange range) throws IOException {
        return tree.points(root, overlay, range);
    }

    @Override
    public WindowCursor alignedWindows(TimeRange range, int widthLog2) throws IOException {
        return tree.alignedWindows(root, overlay, range, Times.checkWidthLog2(widthLog2));
    }

    @Override
    public WindowCursor windows(TimeRange range, long widthNanos, int depthLog2) throws IOException {
        if (widthNanos < 1) {
            throw new Refused(ErrorCode.INVALID_WIDTH, "window width " + widthNanos + " ns is not positive");
        }
        return tree.windows(root, overlay, range, widthNanos, Times.checkWidthLog2(depthLog2));
    }

    @Override
    public Optional<Point> nearest(long time, Direction direction) throws IOException {
        if (!Times.isLegal(time)) {
            throw new Refused(
                    ErrorCode.INVALID_TIME, "time " + time + " is outside [" + Times.MIN + ", " + Times.LIMIT + ")");
        }
        return tree.nearest(root, overlay, time, direction);
    }

    @Override
    public List<TimeRange> changesSince(Version since, int resolutionLog2) throws IOException {
        Times.checkWidthLog2(resolutionLog2);
        if (since.compareTo(version) > 0) {
            throw new Refused(
                    ErrorCode.INVALID_VERSION, "version " + since + " is later than the one asked, " + version);
        }
        return changes.since(since, resolutionLog2);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
