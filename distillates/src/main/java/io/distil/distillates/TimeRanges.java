package io.distil.distillates;

import io.distil.base.TimeRange;
import io.distil.base.Times;

import java.util.ArrayList;
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
}
