package io.distil.pqm;

import io.distil.base.TimeRange;
import io.distil.base.Times;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Collects ranges in any order, each rounded outward to windows of width 2^resolutionLog2, and gives them back ascending,
/// disjoint and not touching. One caller.
final class RangeUnion {
    private final int resolutionLog2;
    private long[] froms = new long[16];
    private long[] untils = new long[16];
    private int count;
    private boolean ascending = true;

    RangeUnion(int resolutionLog2) {
        this.resolutionLog2 = Times.checkWidthLog2(resolutionLog2);
    }

    void add(long from, long until) {
        long alignedFrom = Times.alignDown(from, resolutionLog2);
        long alignedUntil = Times.alignUp(until, resolutionLog2);
        if (count > 0 && alignedFrom >= froms[count - 1]) {
            if (alignedFrom <= untils[count - 1]) {
                untils[count - 1] = Math.max(untils[count - 1], alignedUntil);
                return;
            }
        } else if (count > 0) {
            ascending = false;
        }
        if (count == froms.length) {
            froms = Arrays.copyOf(froms, 2 * count);
            untils = Arrays.copyOf(untils, 2 * count);
        }
        froms[count] = alignedFrom;
        untils[count++] = alignedUntil;
    }

    List<TimeRange> toList() {
        List<TimeRange> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ranges.add(new TimeRange(froms[i], untils[i]));
        }
        return ascending ? ranges : joined(ranges);
    }

    private static List<TimeRange> joined(List<TimeRange> ranges) {
        ranges.sort(null);
        List<TimeRange> joined = new ArrayList<>();
        for (TimeRange range : ranges) {
            TimeRange last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && range.from() <= last.until()) {
                joined.set(joined.size() - 1, new TimeRange(last.from(), Math.max(last.until(), range.until())));
            } else {
                joined.add(range);
            }
        }
        return joined;
    }
}
