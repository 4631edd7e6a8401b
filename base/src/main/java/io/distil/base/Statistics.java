package io.distil.base;

/// Count, minimum, mean, maximum and spread of a set of finite values.
///
/// The spread is kept as `m2`, the sum of squared deviations from the mean, because two such sums combine without
/// cancellation (Chan, Golub, LeVeque: "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).
/// `count`, `min` and `max` are exact; `mean` and `m2` are within rounding of exact arithmetic. For values beyond about
/// 1e154 the squares leave the range of a double and `m2` saturates at infinity.
///
/// @param count how many values; zero means that the other fields are zero
/// @param m2 sum of squared deviations from the mean, at least zero
public record Statistics(long count, double min, double mean, double max, double m2) {
    public static final Statistics EMPTY = new Statistics(0, 0, 0, 0, 0);

    /// Population standard deviation (divided by n, not n - 1); zero for an empty set; at most `Double.MAX_VALUE`.
    public double stddev() {
        return stddev(count, m2);
    }

    public static double stddev(long count, double m2) {
        return count == 0 ? 0 : Math.sqrt(Math.min(m2 / count, Double.MAX_VALUE));
    }

    public boolean isEmpty() {
        return count == 0;
    }
}
