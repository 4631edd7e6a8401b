package io.distil.storage.tree;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.TimeRange;
import io.distil.base.Times;

/// The windows of one query: equally wide, side by side, from `from` until `until`.
///
/// @param from start of the first window
/// @param until end of the last window; equal to `from` if there is none
/// @param widthNanos of each window
/// @param emptyToo true if windows without points are part of the answer
/// @param wholeNanos entries whose points span less than this are counted whole in the window of their first point; 0 and
///     1 are exact
record WindowGrid(long from, long until, long widthNanos, boolean emptyToo, long wholeNanos)
        implements MergedWalk.Whole {
    /// Aligned windows: both ends of the range are rounded down.
    static WindowGrid aligned(TimeRange range, int widthLog2) {
        Times.checkWidthLog2(widthLog2);
        return new WindowGrid(
                Times.alignDown(range.from(), widthLog2),
                Times.alignDown(range.until(), widthLog2),
                1L << widthLog2,
                false,
                0);
    }

    /// Windows from the start of the range, as many whole ones as it holds.
    static WindowGrid anchored(TimeRange range, long widthNanos, int depthLog2) {
        if (widthNanos < 1) {
            throw new Refused(ErrorCode.INVALID_WIDTH, "window width is " + widthNanos + " ns, at least 1 is wanted");
        }
        Times.checkWidthLog2(depthLog2);
        long windowCount = (range.until() - range.from()) / widthNanos;
        return new WindowGrid(range.from(), range.from() + windowCount * widthNanos, widthNanos, true, 1L << depthLog2);
    }

    boolean isEmpty() {
        return from >= until;
    }

    TimeRange range() {
        return new TimeRange(from, until);
    }

    /// The start of the window that holds `time`, which lies in `[from, until]`.
    long startOf(long time) {
        return time - offsetInWindow(time);
    }

    private long offsetInWindow(long time) {
        boolean powerOfTwo = (widthNanos & widthNanos - 1) == 0;
        return powerOfTwo ? time - from & widthNanos - 1 : (time - from) % widthNanos;
    }

    /// The end of the window that starts at `start`; `until` for a start there.
    long endOf(long start) {
        return start >= until ? until : start + widthNanos;
    }

    @Override
    public long windowEnd(long time) {
        return startOf(time) + widthNanos;
    }

    @Override
    public int uncrossedLog2() {
        return Long.numberOfTrailingZeros(widthNanos | from - Times.MIN);
    }

    @Override
    public boolean takes(long first, long last) {
        if (last - first < wholeNanos) {
            return true;
        }
        return first >= from
                && last < until
                && last - first < widthNanos
                && offsetInWindow(first) + (last - first) < widthNanos;
    }
}
