package io.distil.distillates;

import io.distil.base.TimeRange;
import io.distil.base.Times;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Sets of times as lists of ranges: ascending, disjoint, not touching, as {@link TimeRange#union} makes them.
final class TimeRanges {
    private TimeRanges() {}

    /// A range grown at both ends, within the legal times.
    static TimeRange grow(TimeRange range, long beforeNanos, long afterNanos) {
        return new TimeRange(
                Math.max(Times.MIN, range.from() - beforeNanos), Math.min(Times.LIMIT, range.until() + afterNanos));
    }

    /// What is left of a set after its beginning up to `time`.
    static List<TimeRange> from(List<TimeRange> set, long time) {
        List<TimeRange> left = new ArrayList<>();
        for (TimeRange range : set) {
            if (range.until() > time) {
                left.add(new TimeRange(Math.max(range.from(), time), range.until()));
            }
        }
        return left;
    }

    /// A set of at most `countMax` ranges that holds all times of `set`: the narrowest gaps are closed.
    static List<TimeRange> coarsen(List<TimeRange> set, int countMax) {
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
}
