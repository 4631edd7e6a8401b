package io.distil.base;

import java.util.ArrayList;
import java.util.List;

/// The times `[from, until)`, in nanoseconds; never empty, never reversed, always inside the legal span.
///
/// @param from first time inside, at least {@link Times#MIN}
/// @param until first time outside, at most {@link Times#LIMIT}
public record TimeRange(long from, long until) implements Comparable<TimeRange> {
    /// All legal times.
    public static final TimeRange ALL = new TimeRange(Times.MIN, Times.LIMIT);

    public TimeRange {
        if (from >= until) {
            throw new Refused(
                    ErrorCode.INVALID_TIME_RANGE,
                    "time range [" + from + ", " + until + ") is " + (from == until ? "empty" : "reversed"));
        }
        if (from < Times.MIN || until > Times.LIMIT) {
            throw new Refused(
                    ErrorCode.INVALID_TIME_RANGE,
                    "time range [" + from + ", " + until + ") leaves the legal times [" + Times.MIN + ", " + Times.LIMIT
                            + ")");
        }
    }

    public boolean contains(long time) {
        return time >= from && time < until;
    }

    public boolean overlaps(long otherFrom, long otherUntil) {
        return from < otherUntil && otherFrom < until;
    }

    /// The smallest range of whole windows of width 2^widthLog2 that covers this one.
    public TimeRange alignOutward(int widthLog2) {
        return new TimeRange(Times.alignDown(from, widthLog2), Times.alignUp(until, widthLog2));
    }

    /// The times in any of `ranges`, which may come in any order and overlap: ascending, disjoint, not touching.
    public static List<TimeRange> union(List<TimeRange> ranges) {
        List<TimeRange> sorted = new ArrayList<>(ranges);
        sorted.sort(null);
        List<TimeRange> joined = new ArrayList<>();
        for (TimeRange range : sorted) {
            TimeRange last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && range.from <= last.until) {
                joined.set(joined.size() - 1, new TimeRange(last.from, Math.max(last.until, range.until)));
            } else {
                joined.add(range);
            }
        }
        return joined;
    }

    @Override
    public int compareTo(TimeRange other) {
        int byFrom = Long.compare(from, other.from);
        return byFrom != 0 ? byFrom : Long.compare(until, other.until);
    }

    @Override
    public String toString() {
        return "[" + from + ", " + until + ")";
    }
}
