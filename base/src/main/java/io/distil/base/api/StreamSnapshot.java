package io.distil.base.api;

import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// One stream at one version: tree and buffer merged, unchanging however long it is held. Holding it holds memory; close
/// it. Any thread may ask, each cursor has one owner; cursors must be closed before their snapshot.
public interface StreamSnapshot extends AutoCloseable {
    StreamId stream();

    /// The version shown here.
    Version version();

    /// Points of the range in time order, equal times in the order of their arrival.
    PointCursor points(TimeRange range) throws IOException;

    /// Windows of width 2^widthLog2, aligned; both ends of the range are rounded down to window boundaries, so the window
    /// that holds `range.from` is in and the one that holds `range.until` is out, unless `until` is a boundary. Empty
    /// windows are left out. A range inside one window gives no window.
    ///
    /// @param widthLog2 0..62
    WindowCursor alignedWindows(TimeRange range, int widthLog2) throws IOException;

    /// Windows `[from + i * width, from + (i + 1) * width)`, whole ones only, empty ones included with zero count.
    ///
    /// @param widthNanos at least 1
    /// @param depthLog2 0..62; nodes no wider than 2^depthLog2 are not opened: one that straddles a boundary is counted
    ///     whole in the window that holds its first point; 0 is exact
    WindowCursor windows(TimeRange range, long widthNanos, int depthLog2) throws IOException;

    /// The nearest point in a direction, or empty when there is none that way.
    Optional<Point> nearest(long time, Direction direction) throws IOException;

    /// Where the stream may differ from what it was at `since`: ascending, disjoint, not touching, each rounded outward to
    /// windows of width 2^resolutionLog2. Nothing that changed is ever left out. As long as the change history of the
    /// commits since is held, these are the ranges that mutations named: the times of points, whole erased ranges. After
    /// that, they are the times at which the points of two major versions differ; and since a minor version, wherever the
    /// commit it became part of touched the stream is in, too, in at most 64 ranges.
    ///
    /// @param since a version that is not later than this one
    /// @throws Refused `INVALID_VERSION` if it is later, `VERSION_NOT_AVAILABLE` if it never existed
    List<TimeRange> changesSince(Version since, int resolutionLog2) throws IOException;

    @Override
    void close();
}
