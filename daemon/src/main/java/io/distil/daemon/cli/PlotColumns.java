package io.distil.daemon.cli;

import io.distil.base.TimeRange;

import java.util.Arrays;

/// A range of times cut into equal columns of dots, each with the statistics of the windows that begin in it.
final class PlotColumns {
    private final TimeRange range;
    private final long[] counts;
    private final double[] mins;
    private final double[] means;
    private final double[] maxs;

    PlotColumns(TimeRange range, int size) {
        this.range = range;
        counts = new long[size];
        mins = new double[size];
        means = new double[size];
        maxs = new double[size];
        Arrays.fill(mins, Double.POSITIVE_INFINITY);
        Arrays.fill(maxs, Double.NEGATIVE_INFINITY);
    }

    /// The widest aligned windows that are no wider than half a column: at most four times as many windows as columns.
    int windowWidthLog2() {
        long halfColumn = Math.max(1, (range.until() - range.from()) / (2L * counts.length));
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(halfColumn);
    }

    /// Adds a window. One that begins before the range, because it is aligned, counts for the first column.
    void add(long start, long count, double min, double mean, double max) {
        int x = column(start);
        counts[x] += count;
        mins[x] = Math.min(mins[x], min);
        maxs[x] = Math.max(maxs[x], max);
        means[x] += (mean - means[x]) * ((double) count / counts[x]);
    }

    int size() {
        return counts.length;
    }

    TimeRange range() {
        return range;
    }

    boolean isEmpty(int x) {
        return counts[x] == 0;
    }

    long count(int x) {
        return counts[x];
    }

    double min(int x) {
        return mins[x];
    }

    double mean(int x) {
        return means[x];
    }

    double max(int x) {
        return maxs[x];
    }

    long count() {
        return Arrays.stream(counts).sum();
    }

    double min() {
        return Arrays.stream(mins).min().orElse(0);
    }

    double max() {
        return Arrays.stream(maxs).max().orElse(0);
    }

    /// The first time of a column.
    long start(int x) {
        return range.from() + (long) ((double) (range.until() - range.from()) * x / counts.length);
    }

    /// The column a time lies in, those outside the range at its ends. Exact to a part in 2^53 of the range, far less than
    /// a dot.
    int column(long time) {
        double share = (double) (time - range.from()) / (range.until() - range.from());
        return Math.clamp((int) (share * counts.length), 0, counts.length - 1);
    }
}
