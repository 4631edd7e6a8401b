package io.distil.base;

import java.util.ArrayList;
import java.util.Arrays;
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
                    "time range ["
                            + from
                            + ", "
                            + until
                            + ") leaves the legal times ["
                            + Times.MIN
                            + ", "
                            + Times.LIMIT
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

    /// A set of at most `countMax` ranges that holds all times of `set`: the narrowest gaps are closed.
    public static List<TimeRange> coarsen(List<TimeRange> set, int countMax) {
        if (set.size() <= countMax) {
            return set;
        }
        long[] gaps = new long[set.size() - 1];
        for (int i = 0; i < gaps.length; i++) {
            gaps[i] = gapAfter(set, i);
        }
        Arrays.sort(gaps);
        // Of the gaps this wide, only as many stay open as fit.
        long gapMin = gaps[gaps.length - (countMax - 1)];
        int widerCount = 0;
        for (long gap : gaps) {
            widerCount += gap > gapMin ? 1 : 0;
        }
        int equalLeft = countMax - 1 - widerCount;
        List<TimeRange> coarse = new ArrayList<>(countMax);
        long from = set.getFirst().from();
        for (int i = 0; i < gaps.length; i++) {
            long gap = gapAfter(set, i);
            if (gap > gapMin || gap == gapMin && equalLeft-- > 0) {
                coarse.add(new TimeRange(from, set.get(i).until()));
                from = set.get(i + 1).from();
            }
        }
        coarse.add(new TimeRange(from, set.getLast().until()));
        return coarse;
    }

    private static long gapAfter(List<TimeRange> set, int index) {
        return set.get(index + 1).from() - set.get(index).until();
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
