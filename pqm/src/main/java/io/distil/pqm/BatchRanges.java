package io.distil.pqm;

import java.util.Arrays;

/// Which ranges of time a batch touched, few enough to be kept and close enough to be worth following.
///
/// A small batch gives a range for each of its times. A larger one is cut where the gap between two times is much larger
/// than the mean gap; when there are too many such gaps, at the largest of them. So a steady signal is one range, a day with
/// an outage two, and a batch of 10,000 points written to the first second of 20 different hours is 20 ranges of a second.
/// Nothing touched is ever left out. Owner thread only; reused.
final class BatchRanges {
    static final int RANGE_COUNT_MAX = 64;

    private static final int POINTS_ONE_BY_ONE_MAX = 16;
    private static final int GAP_OVER_MEAN = 4;

    private final long[] froms = new long[RANGE_COUNT_MAX];
    private final long[] untils = new long[RANGE_COUNT_MAX];
    private int count;

    /// The largest gaps found, in no order, and the row behind each.
    private final long[] gaps = new long[RANGE_COUNT_MAX - 1];

    private final int[] gapRows = new int[RANGE_COUNT_MAX - 1];
    private int gapCount;

    int count() {
        return count;
    }

    long from(int index) {
        return froms[index];
    }

    long until(int index) {
        return untils[index];
    }

    /// Sets the ranges to those of a batch sorted by time.
    void of(Run batch) {
        count = 0;
        if (batch.count() <= POINTS_ONE_BY_ONE_MAX) {
            for (int row = batch.from(); row < batch.until(); row++) {
                add(batch.columns().time(row), batch.columns().time(row) + 1);
            }
            return;
        }
        findGaps(batch);
        Arrays.sort(gapRows, 0, gapCount);
        int row = batch.from();
        for (int i = 0; i <= gapCount; i++) {
            int next = i < gapCount ? gapRows[i] : batch.until();
            add(batch.columns().time(row), batch.columns().time(next - 1) + 1);
            row = next;
        }
    }

    private void add(long from, long until) {
        if (count > 0 && from <= untils[count - 1]) {
            untils[count - 1] = Math.max(untils[count - 1], until);
        } else {
            froms[count] = from;
            untils[count++] = until;
        }
    }

    private void findGaps(Run batch) {
        gapCount = 0;
        long meanGap = (batch.lastTime() - batch.firstTime()) / (batch.count() - 1);
        int smallest = -1;
        long previous = batch.firstTime();
        for (int row = batch.from() + 1; row < batch.until(); row++) {
            long time = batch.columns().time(row);
            long gap = time - previous;
            previous = time;
            if (gap / GAP_OVER_MEAN <= meanGap) {
                continue;
            }
            if (gapCount < gaps.length) {
                putGap(gapCount++, gap, row);
                smallest = gapCount == gaps.length ? smallestGap() : -1;
            } else if (gap > gaps[smallest]) {
                putGap(smallest, gap, row);
                smallest = smallestGap();
            }
        }
    }

    private void putGap(int index, long gap, int row) {
        gaps[index] = gap;
        gapRows[index] = row;
    }

    private int smallestGap() {
        int smallest = 0;
        for (int i = 1; i < gapCount; i++) {
            if (gaps[i] < gaps[smallest]) {
                smallest = i;
            }
        }
        return smallest;
    }
}
