package io.distil.base;

/// Adds values and other statistics up. Reused by its owner thread; allocates nothing.
public final class StatisticsAccumulator {
    private long count;
    private double min;
    private double mean;
    private double max;
    private double m2;

    public void reset() {
        count = 0;
        min = 0;
        mean = 0;
        max = 0;
        m2 = 0;
    }

    public long count() {
        return count;
    }

    public double min() {
        return min;
    }

    public double mean() {
        return mean;
    }

    public double max() {
        return max;
    }

    public double m2() {
        return m2;
    }

    public double stddev() {
        return Statistics.stddev(count, m2);
    }

    public void add(double value) {
        if (count == 0) {
            count = 1;
            min = mean = max = value;
            m2 = 0;
        } else {
            addStatistics(1, value, value, value, 0);
        }
    }

    /// Adds `values[from, until)`: two passes, mean first, so that the spread of a long run of near values keeps its digits.
    public void addAll(double[] values, int from, int until) {
        int n = until - from;
        if (n <= 0) {
            return;
        }
        double runMin = values[from];
        double runMax = values[from];
        double sum = 0;
        for (int i = from; i < until; i++) {
            double v = values[i];
            runMin = Math.min(runMin, v);
            runMax = Math.max(runMax, v);
            sum += v;
        }
        double runMean = sum / n;
        if (Double.isInfinite(sum)) {
            runMean = 0;
            for (int i = from; i < until; i++) {
                runMean += values[i] / n;
            }
        }
        double squares = 0;
        double residue = 0;
        for (int i = from; i < until; i++) {
            double d = values[i] - runMean;
            squares += d * d;
            residue += d;
        }
        double corrected = squares - residue * residue / n;
        addStatistics(n, runMin, clamp(runMean, runMin, runMax), runMax, corrected > 0 ? corrected : squares);
    }

    public void add(Statistics other) {
        addStatistics(other.count(), other.min(), other.mean(), other.max(), other.m2());
    }

    public void addStatistics(long otherCount, double otherMin, double otherMean, double otherMax, double otherM2) {
        if (otherCount == 0) {
            return;
        }
        if (count == 0) {
            count = otherCount;
            min = otherMin;
            mean = otherMean;
            max = otherMax;
            m2 = otherM2;
            return;
        }
        long total = count + otherCount;
        double share = (double) otherCount / total;
        double delta = otherMean - mean;
        // Written as a convex combination when the difference leaves the range of a double.
        double combinedMean = Double.isInfinite(delta) ? mean * (1 - share) + otherMean * share : mean + delta * share;
        m2 = m2 + otherM2 + delta * delta * share * count;
        min = Math.min(min, otherMin);
        max = Math.max(max, otherMax);
        mean = clamp(combinedMean, min, max);
        count = total;
    }

    public Statistics toStatistics() {
        return count == 0 ? Statistics.EMPTY : new Statistics(count, min, mean, max, m2);
    }

    /// Rounding may push a mean of equal values past them by one unit in the last place; nobody should see that.
    private static double clamp(double mean, double min, double max) {
        return Math.max(min, Math.min(max, mean));
    }
}
