package io.distil.daemon.quickstart;

import io.distil.daemon.quickstart.Series.Point;
import io.distil.daemon.quickstart.Series.Window;

import java.io.PrintStream;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/// Compares the node's answers with those computed from the files, and names each difference on standard error.
final class Checks {
    /// How far a mean or a deviation may be off, as a share of itself: the order of additions is the store's own.
    static final double RELATIVE_ERROR_MAX = 1e-9;

    /// A few roundings of the largest value: a deviation of equal values may come out as this instead of 0.
    private static final double ROUNDING = 1e-14;

    /// One wrong rule makes thousands of wrong answers; the first ones say which.
    private static final int NAMED_MAX = 10;

    private final PrintStream err;
    private long comparedCount;
    private long differenceCount;

    Checks(PrintStream err) {
        this.err = err;
    }

    /// How many answers were compared: points, windows, ranges, counts.
    long comparedCount() {
        return comparedCount;
    }

    long differenceCount() {
        return differenceCount;
    }

    void same(String what, Object expected, Object found) {
        comparedCount++;
        if (!expected.equals(found)) {
            differs(what, expected, found);
        }
    }

    void holds(String what, boolean isTrue) {
        comparedCount++;
        if (!isTrue) {
            differenceCount++;
            say("quickstart: " + what + " does not hold");
        }
    }

    /// Every point, to the bit. Points at the same time have no order among each other.
    void points(String stream, List<Point> expected, List<Point> found) {
        List<Point> ordered =
                found.stream().sorted(Comparator.comparingLong(Point::time).thenComparingDouble(Point::value)).toList();
        holds(stream + ": points come in time order", isInTimeOrder(found));
        same(stream + ": number of points", expected.size(), found.size());
        for (int i = 0; i < Math.min(expected.size(), ordered.size()); i++) {
            Point wanted = expected.get(i);
            String at = stream + ", point " + i + " at " + text(wanted.time());
            same(at + ": time", wanted.time(), ordered.get(i).time());
            same(at + ": value", wanted.value(), ordered.get(i).value());
        }
    }

    private static boolean isInTimeOrder(List<Point> points) {
        for (int i = 1; i < points.size(); i++) {
            if (points.get(i - 1).time() > points.get(i).time()) {
                return false;
            }
        }
        return true;
    }

    void windows(String stream, List<Window> expected, List<Window> found) {
        same(stream + ": number of windows", expected.size(), found.size());
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            window(stream + ", window of " + text(expected.get(i).start()), expected.get(i), found.get(i));
        }
    }

    /// Count, minimum and maximum exactly; mean and deviation within {@link #RELATIVE_ERROR_MAX}.
    private void window(String at, Window expected, Window found) {
        same(at + ": start", expected.start(), found.start());
        same(at + ": count", expected.count(), found.count());
        same(at + ": min", expected.min(), found.min());
        same(at + ": max", expected.max(), found.max());
        near(at + ": mean", expected.mean(), found.mean(), expected);
        near(at + ": stddev", expected.stddev(), found.stddev(), expected);
    }

    /// The means, or the deviations, of windows against the points of an output stream.
    ///
    /// @param ofMean whether the points are the means
    void moving(String stream, List<Window> expected, boolean ofMean, List<Point> found) {
        same(stream + ": number of points", expected.size(), found.size());
        for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
            Window wanted = expected.get(i);
            String at = stream + ", point at " + text(wanted.start());
            same(at + ": time", wanted.start(), found.get(i).time());
            near(at + ": value", ofMean ? wanted.mean() : wanted.stddev(), found.get(i).value(), wanted);
        }
    }

    private void near(String what, double expected, double found, Window of) {
        comparedCount++;
        double size = Math.max(Math.abs(of.min()), Math.abs(of.max()));
        double tolerance = RELATIVE_ERROR_MAX * Math.abs(expected) + ROUNDING * size;
        boolean bothAbsent = Double.isNaN(expected) && Double.isNaN(found);
        if (!bothAbsent && !(Math.abs(found - expected) <= tolerance)) {
            differs(what, expected, found);
        }
    }

    private void differs(String what, Object expected, Object found) {
        differenceCount++;
        say("quickstart: " + what + " is " + found + ", the file says " + expected);
    }

    private void say(String sentence) {
        if (differenceCount <= NAMED_MAX) {
            err.println(sentence);
        } else if (differenceCount == NAMED_MAX + 1) {
            err.println("quickstart: further differences are only counted");
        }
    }

    static String text(long time) {
        return Instant.ofEpochSecond(Math.floorDiv(time, 1_000_000_000L), Math.floorMod(time, 1_000_000_000L))
                .toString();
    }
}
