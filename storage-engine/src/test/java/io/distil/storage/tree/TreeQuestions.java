package io.distil.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.Statistics;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.Direction;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Asks a tree and a model the same questions and compares the answers: points, counts, minima and maxima exactly, means
/// and deviations within rounding.
final class TreeQuestions {
    private static final double TOLERANCE = 1e-9;

    private TreeQuestions() {}

    static void compare(SeriesTree tree, SeriesRoot root, Overlay overlay, ModelSeries model, Random random)
            throws IOException {
        assertThat(points(tree.points(root, overlay, TimeRange.ALL), 1 + random.nextInt(200)))
                .isEqualTo(model.points(TimeRange.ALL));
        for (int i = 0; i < 3; i++) {
            TimeRange range = range(model, random);
            assertThat(points(tree.points(root, overlay, range), 1 + random.nextInt(20)))
                    .as("points in %s", range)
                    .isEqualTo(model.points(range));
            for (int widthLog2 : new int[] {random.nextInt(63), random.nextInt(12), 62, 0}) {
                compareWindows(
                        windows(tree.alignedWindows(root, overlay, range, widthLog2), 1 + random.nextInt(9)),
                        model.alignedWindows(range, widthLog2),
                        "windows of 2^" + widthLog2 + " in " + range);
            }
            long width = Math.max(1, (range.until() - range.from()) / (1 + random.nextInt(50)) + random.nextInt(3) - 1);
            compareWindows(
                    windows(tree.windows(root, overlay, range, width, 0), 1 + random.nextInt(9)),
                    model.windows(range, width),
                    "windows of " + width + " ns in " + range);
            for (Direction direction : Direction.values()) {
                for (long time : new long[] {range.from(), range.until(), Times.MIN, Times.LIMIT - 1}) {
                    assertThat(tree.nearest(root, overlay, time, direction))
                            .as("nearest %s of %d", direction, time)
                            .isEqualTo(model.nearest(time, direction));
                }
            }
        }
    }

    static void compareChanges(
            SeriesTree tree,
            SeriesRoot before,
            ModelSeries modelBefore,
            SeriesRoot after,
            ModelSeries modelAfter,
            int resolutionLog2)
            throws IOException {
        assertThat(changes(tree, before, after, resolutionLog2))
                .as("changes at 2^%d", resolutionLog2)
                .isEqualTo(modelBefore.changesTo(modelAfter, resolutionLog2));
    }

    static List<TimeRange> changes(SeriesTree tree, SeriesRoot before, SeriesRoot after, int resolutionLog2)
            throws IOException {
        List<TimeRange> ranges = new ArrayList<>();
        tree.changes(before, after, resolutionLog2, (from, until) -> ranges.add(new TimeRange(from, until)));
        return ranges;
    }

    /// A range around what there is: between two times of the model, or near them, or at the edges of time.
    static TimeRange range(ModelSeries model, Random random) {
        long a = time(model, random);
        long b = random.nextBoolean() ? time(model, random) : a + random.nextInt(300);
        long from = Math.min(a, b);
        long until = Math.min(Math.max(a, b) + 1, Times.LIMIT);
        return new TimeRange(from, until);
    }

    private static long time(ModelSeries model, Random random) {
        if (model.points.isEmpty() || random.nextInt(10) == 0) {
            return random.nextBoolean() ? Times.MIN : Times.LIMIT - 1;
        }
        Long near =
                model.points.floorKey(
                        model.points.firstKey()
                                + random.nextLong(model.points.lastKey() - model.points.firstKey() + 1));
        return Math.clamp(near + random.nextInt(5) - 2, Times.MIN, Times.LIMIT - 1);
    }

    static List<Point> points(PointCursor cursor, int batchPoints) throws IOException {
        List<Point> found = new ArrayList<>();
        try (cursor;
                PointBatch batch = new PointBatch(batchPoints)) {
            boolean wasFull = true;
            while (cursor.next(batch) > 0) {
                assertThat(wasFull).as("a batch before the last is full").isTrue();
                wasFull = batch.isFull();
                for (int i = 0; i < batch.count(); i++) {
                    found.add(new Point(batch.time(i), batch.value(i)));
                }
            }
            assertThat(cursor.next(batch)).as("the end stays the end").isZero();
        }
        return found;
    }

    static List<ModelSeries.Window> windows(WindowCursor cursor, int batchWindows) throws IOException {
        List<ModelSeries.Window> found = new ArrayList<>();
        try (cursor;
                WindowBatch batch = new WindowBatch(batchWindows)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    double variance = batch.stddev(i) * batch.stddev(i);
                    found.add(
                            new ModelSeries.Window(
                                    batch.start(i),
                                    new Statistics(
                                            batch.points(i),
                                            batch.min(i),
                                            batch.mean(i),
                                            batch.max(i),
                                            variance * batch.points(i))));
                }
            }
            assertThat(cursor.next(batch)).as("the end stays the end").isZero();
        }
        return found;
    }

    static void compareWindows(List<ModelSeries.Window> found, List<ModelSeries.Window> wanted, String what) {
        assertThat(found.stream().map(ModelSeries.Window::start))
                .as("starts of %s", what)
                .containsExactlyElementsOf(wanted.stream().map(ModelSeries.Window::start).toList());
        for (int i = 0; i < found.size(); i++) {
            compareStatistics(
                    found.get(i).statistics(), wanted.get(i).statistics(), what + " at " + found.get(i).start());
        }
    }

    static void compareStatistics(Statistics found, Statistics wanted, String what) {
        assertThat(found.count()).as("count of %s", what).isEqualTo(wanted.count());
        assertThat(found.min()).as("min of %s", what).isEqualTo(wanted.min());
        assertThat(found.max()).as("max of %s", what).isEqualTo(wanted.max());
        double scale = Math.max(Math.abs(wanted.min()), Math.abs(wanted.max()));
        assertThat(Math.abs(found.mean() - wanted.mean()))
                .as("mean of %s", what)
                .isLessThanOrEqualTo(TOLERANCE * scale);
        assertThat(Math.abs(found.stddev() - wanted.stddev()))
                .as("stddev of %s", what)
                .isLessThanOrEqualTo(TOLERANCE * scale);
    }
}
