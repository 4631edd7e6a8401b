package io.distil.base.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Asks a store and the model the same questions and compares the answers: counts, minima, maxima and points exactly, means
/// and deviations within rounding.
public final class StoreComparison {
    /// One window as compared.
    private record Window(long start, long count, double min, double mean, double max, double stddev) {}

    private StoreComparison() {}

    /// Which streams there are, as listings and as single look-ups show it.
    ///
    /// @param former ids of which the model may know no stream
    public static void compareCatalogs(StreamStore store, ModelStore model, List<StreamId> former) throws IOException {
        assertThat(streams(store)).as("all streams").isEqualTo(streams(model));
        assertThat(store.collections("")).as("collections").isEqualTo(model.collections(""));
        for (StreamId stream : former) {
            if (!model.has(stream)) {
                assertGone(stream, () -> store.info(stream));
                assertGone(stream, () -> store.snapshot(stream, VersionSelector.LATEST));
                assertGone(stream, () -> store.snapshot(stream, VersionSelector.at(Version.ofMajor(1))));
            }
        }
    }

    private static void assertGone(StreamId stream, ThrowingCallable question) {
        assertThatThrownBy(question)
                .as("a question about stream %s, which is gone", stream)
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_STREAM));
    }

    private static List<StreamInfo> streams(StreamStore store) throws IOException {
        List<StreamInfo> all = new ArrayList<>();
        try (StreamCursor cursor = store.find(StreamFilter.ALL)) {
            for (List<StreamInfo> page = cursor.next(3); !page.isEmpty(); page = cursor.next(3)) {
                all.addAll(page);
            }
        }
        return all;
    }

    /// Everything about one stream at its present version, then at every major version.
    public static void compareAll(StreamStore store, ModelStore model, StreamId stream, Random random)
            throws IOException {
        assertThat(store.info(stream)).isEqualTo(model.info(stream));
        Version present = model.info(stream).version();
        compareAt(store, model, stream, VersionSelector.LATEST, random);
        for (long major = Math.max(0, present.major() - 12); major <= present.major(); major++) {
            compareAt(store, model, stream, VersionSelector.at(Version.ofMajor(major)), random);
        }
        try (StreamSnapshot snapshot = store.snapshot(stream, VersionSelector.LATEST);
                StreamSnapshot expected = model.snapshot(stream, VersionSelector.LATEST)) {
            for (int i = 0; i < 4; i++) {
                Version since = Version.ofMajor(random.nextLong(present.major() + 1));
                compareChanges(store, model, stream, snapshot, expected, since, random.nextInt(20));
            }
        }
    }

    /// Every kind of question at one version.
    public static void compareAt(
            StreamStore store, ModelStore model, StreamId stream, VersionSelector at, Random random)
            throws IOException {
        try (StreamSnapshot actual = store.snapshot(stream, at);
                StreamSnapshot expected = model.snapshot(stream, at)) {
            assertThat(actual.version()).isEqualTo(expected.version());
            compareSnapshots(actual, expected, random);
        }
    }

    public static void compareSnapshots(StreamSnapshot actual, StreamSnapshot expected, Random random)
            throws IOException {
        String where = actual.stream() + " at " + actual.version();
        assertThat(points(actual, TimeRange.ALL, 1 + random.nextInt(3000)))
                .as("points of %s", where)
                .isEqualTo(points(expected, TimeRange.ALL, 1000));
        TimeRange range = range(random);
        assertThat(points(actual, range, 1 + random.nextInt(50)))
                .as("points of %s in %s", where, range)
                .isEqualTo(points(expected, range, 1000));
        for (int widthLog2 : new int[] {random.nextInt(63), random.nextInt(16), 62}) {
            for (TimeRange r : new TimeRange[] {range, TimeRange.ALL}) {
                compareWindows(
                        where + " windows of 2^" + widthLog2 + " in " + r,
                        windows(actual.alignedWindows(r, widthLog2), 1 + random.nextInt(20)),
                        windows(expected.alignedWindows(r, widthLog2), 1000));
            }
        }
        long width = Math.max(1, (range.until() - range.from()) / (1 + random.nextInt(40)));
        compareWindows(
                where + " windows of " + width + " ns in " + range,
                windows(actual.windows(range, width, 0), 1 + random.nextInt(20)),
                windows(expected.windows(range, width, 0), 1000));
        for (long time : new long[] {range.from(), 5000, random.nextLong(10_000), Times.MIN, Times.LIMIT - 1}) {
            for (Direction direction : Direction.values()) {
                assertThat(actual.nearest(time, direction))
                        .as("%s nearest %s of %d", where, direction, time)
                        .isEqualTo(expected.nearest(time, direction));
            }
        }
    }

    /// What the store reports must cover every time at which the two versions differ, and lie within what was touched.
    private static void compareChanges(
            StreamStore store,
            ModelStore model,
            StreamId stream,
            StreamSnapshot actual,
            StreamSnapshot expected,
            Version since,
            int resolutionLog2)
            throws IOException {
        List<TimeRange> reported = actual.changesSince(since, resolutionLog2);
        List<TimeRange> touched = expected.changesSince(since, resolutionLog2);
        for (int i = 1; i < reported.size(); i++) {
            assertThat(reported.get(i).from()).isGreaterThan(reported.get(i - 1).until());
        }
        for (TimeRange range : reported) {
            assertThat(range.alignOutward(resolutionLog2)).isEqualTo(range);
        }
        try (StreamSnapshot before = model.snapshot(stream, VersionSelector.at(since))) {
            checkNothingElseChanged(actual, before, reported);
        }
        for (TimeRange range : reported) {
            assertThat(touched)
                    .as("%s: reported %s since %s was touched", stream, range, since)
                    .anyMatch(t -> t.overlaps(range.from(), range.until()));
        }
    }

    /// Outside the ranges reported as changed since `before`, both show the same points.
    ///
    /// @param before the same stream at an earlier version, minor ones included, perhaps of the model
    public static void checkChanges(StreamSnapshot now, StreamSnapshot before, int resolutionLog2) throws IOException {
        checkNothingElseChanged(now, before, now.changesSince(before.version(), resolutionLog2));
    }

    private static void checkNothingElseChanged(StreamSnapshot now, StreamSnapshot before, List<TimeRange> reported)
            throws IOException {
        assertThat(pointsOutside(now, reported))
                .as("%s: nothing outside %s changed since %s", now.stream(), reported, before.version())
                .isEqualTo(pointsOutside(before, reported));
    }

    private static List<Point> pointsOutside(StreamSnapshot snapshot, List<TimeRange> ranges) throws IOException {
        List<Point> all = points(snapshot, TimeRange.ALL, 1000);
        all.removeIf(p -> ranges.stream().anyMatch(r -> r.contains(p.time())));
        return all;
    }

    public static List<Point> points(StreamSnapshot snapshot, TimeRange range, int batchPoints) throws IOException {
        List<Point> all = new ArrayList<>();
        try (PointCursor cursor = snapshot.points(range);
                PointBatch batch = new PointBatch(batchPoints)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    all.add(new Point(batch.time(i), batch.value(i)));
                }
            }
        }
        return all;
    }

    private static List<Window> windows(WindowCursor cursor, int batchWindows) throws IOException {
        List<Window> all = new ArrayList<>();
        try (cursor;
                WindowBatch batch = new WindowBatch(batchWindows)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    all.add(
                            new Window(
                                    batch.start(i),
                                    batch.points(i),
                                    batch.min(i),
                                    batch.mean(i),
                                    batch.max(i),
                                    batch.stddev(i)));
                }
            }
        }
        return all;
    }

    private static void compareWindows(String what, List<Window> actual, List<Window> expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            Window a = actual.get(i);
            Window e = expected.get(i);
            double scale = Math.max(Math.abs(e.min()), Math.abs(e.max()));
            boolean same =
                    a.start() == e.start()
                            && a.count() == e.count()
                            && Double.compare(a.min(), e.min()) == 0
                            && Double.compare(a.max(), e.max()) == 0
                            && Math.abs(a.mean() - e.mean()) <= 1e-9 * scale + Double.MIN_NORMAL
                            && (scale > 1e150 || Math.abs(a.stddev() - e.stddev()) <= 1e-7 * scale + Double.MIN_NORMAL);
            assertThat(same).as("%s: window %d is %s, wanted %s", what, i, a, e).isTrue();
        }
    }

    private static TimeRange range(Random random) {
        long a = random.nextInt(4) == 0 ? Times.MIN + random.nextLong(Times.LIMIT) : random.nextLong(10_000) - 500;
        long b = a + 1 + (random.nextBoolean() ? random.nextLong(10_000) : random.nextLong(100));
        return new TimeRange(a, Math.min(Times.LIMIT, b));
    }
}
