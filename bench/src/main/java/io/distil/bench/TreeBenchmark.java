package io.distil.bench;

import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;
import io.distil.storage.segment.BlockStore;
import io.distil.storage.segment.BlockStoreOptions;
import io.distil.storage.tree.AddedPoints;
import io.distil.storage.tree.Overlay;
import io.distil.storage.tree.SeriesRoot;
import io.distil.storage.tree.SeriesTree;
import io.distil.storage.tree.TreeShape;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// The series tree over a block store on a real disk, one thread, blocks warm in the cache, nothing synced. Commits and scans
/// count one point as one operation (millions of points a second); a window query is one operation (microseconds).
@State(Scope.Thread)
@Warmup(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class TreeBenchmark {
    private static final int APPENDED_COUNT = 100_000;
    private static final int SCATTERED_COUNT = 10_000;
    private static final int SCANNED_COUNT = 1_000_000;
    private static final int LOADED_AT_ONCE = 200_000;
    private static final int WINDOWS_LOG2 = 10;
    private static final long CACHE_BYTES = 256L << 20;

    @Param({"1000000", "10000000"})
    private int pointCount;

    private BenchDirectory directory;
    private Disk disk;
    private BlockStore store;
    private SeriesTree tree;
    private SeriesRoot root;
    private Overlay appended;
    private Overlay scattered;
    private TimeRange whole;
    private TimeRange scanned;
    private PointBatch points;
    private WindowBatch windows;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        directory = BenchDirectory.create("tree");
        disk = Disks.open(directory.path(), DiskChoice.AUTO);
        store = BlockStore.open(disk, "blocks", BlockStoreOptions.ofCacheBytes(CACHE_BYTES), 0);
        tree = new SeriesTree(store, TreeShape.DEFAULT);
        LeafPoints series = Series.named(Series.JITTERED_WALK, pointCount + APPENDED_COUNT);
        root = SeriesRoot.EMPTY;
        for (int from = 0; from < pointCount; from += LOADED_AT_ONCE) {
            root = tree.commit(root, added(series, from, Math.min(pointCount, from + LOADED_AT_ONCE)), 1, store);
        }
        System.out.printf(
                "%n# %d points take %.2f bytes each, inner nodes and all; disk: %s%n",
                pointCount, (double) store.statistics().bytesWritten() / pointCount, disk.description());
        long[] times = series.times();
        whole = new TimeRange(times[0], times[pointCount - 1] + 1);
        scanned = new TimeRange(times[pointCount - SCANNED_COUNT], times[pointCount - 1] + 1);
        appended = added(series, pointCount, pointCount + APPENDED_COUNT);
        scattered = scattered();
        points = new PointBatch(10_000);
        windows = new WindowBatch(2 << WINDOWS_LOG2);
    }

    private static Overlay added(LeafPoints series, int from, int until) {
        LeafPoints part = new LeafPoints(until - from);
        part.appendAll(series, from, until);
        return new AddedPoints(part);
    }

    private Overlay scattered() {
        LeafPoints late = new LeafPoints(SCATTERED_COUNT);
        new SplittableRandom(7)
                .longs(SCATTERED_COUNT, whole.from(), whole.until())
                .sorted()
                .forEach(time -> late.append(time, 55.125));
        return new AddedPoints(late);
    }

    @TearDown(Level.Trial)
    public void tearDown() throws IOException {
        points.close();
        windows.close();
        store.close();
        disk.close();
        directory.close();
    }

    /// Points after all that are there.
    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    @OperationsPerInvocation(APPENDED_COUNT)
    public SeriesRoot commitAppended() throws IOException {
        return tree.commit(root, appended, 2, store);
    }

    /// Points anywhere among those that are there: nearly each one rewrites a leaf of its own.
    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    @OperationsPerInvocation(SCATTERED_COUNT)
    public SeriesRoot commitScattered() throws IOException {
        return tree.commit(root, scattered, 2, store);
    }

    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    @OperationsPerInvocation(SCANNED_COUNT)
    public long scan() throws IOException {
        long count = 0;
        try (PointCursor cursor = tree.points(root, Overlay.NONE, scanned)) {
            while (cursor.next(points) > 0) {
                count += points.count();
            }
        }
        return count;
    }

    /// Between 512 and 1,024 windows that cover the whole series.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public int alignedWindows() throws IOException {
        return query(whole);
    }

    /// As {@link #alignedWindows}, over a hundredth of the series, so that edges lie inside of leaves.
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public int alignedWindowsOfAPart() throws IOException {
        long span = (whole.until() - whole.from()) / 100;
        return query(new TimeRange(whole.from() + 50 * span, whole.from() + 51 * span));
    }

    private int query(TimeRange range) throws IOException {
        int width = Long.SIZE - Long.numberOfLeadingZeros(range.until() - range.from() >>> WINDOWS_LOG2);
        long from = Times.alignDown(range.from(), width);
        long until = Times.alignUp(range.until(), width);
        int count = 0;
        try (WindowCursor cursor = tree.alignedWindows(root, Overlay.NONE, new TimeRange(from, until), width)) {
            while (cursor.next(windows) > 0) {
                count += windows.count();
            }
        }
        return count;
    }
}
