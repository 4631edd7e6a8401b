package io.distil.bench;

import io.distil.base.BrokenInvariant;
import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointColumns;
import io.distil.base.api.PointCursor;
import io.distil.pqm.Pqm;
import io.distil.pqm.PqmOptions;
import io.distil.pqm.StreamBuffer;
import io.distil.pqm.StreamView;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.BlockReader;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// The buffer of one stream, one thread, no log. A point is one operation: millions of points a second. About as many points as a
/// stream collects before it is flushed by default, in batches of a thousand.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 20, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class PqmBenchmark {
    private static final int BATCH_POINTS = 1_000;

    /// One less than a power of two: runs are merged as they grow, and after a power of two there may be one left.
    private static final int BATCHES = 63;

    private static final int POINT_COUNT = BATCHES * BATCH_POINTS;
    private static final long BUDGET_BYTES = 256L << 20;

    /// What comes late.
    public enum Order {
        /// Nothing.
        SORTED,
        /// Whole batches, in random order.
        BATCHES_SHUFFLED,
        /// Points: each batch has some from all of the time.
        POINTS_SHUFFLED
    }

    @Param private Order order;

    private final List<PointBatch> batches = new ArrayList<>();
    private final StreamId stream = new StreamId(1, 2);
    private Pqm pqm;
    private SeriesTree tree;
    private TimeRange whole;
    private StreamBuffer filled;
    private PointBatch read;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        LeafPoints series = Series.named(Series.JITTERED_WALK, POINT_COUNT);
        whole = new TimeRange(series.times()[0], series.times()[POINT_COUNT - 1] + 1);
        List<Integer> rows = new ArrayList<>();
        for (int i = 0; i < POINT_COUNT; i++) {
            rows.add(i);
        }
        Random random = new Random(7);
        if (order == Order.POINTS_SHUFFLED) {
            Collections.shuffle(rows, random);
        }
        for (int b = 0; b < BATCHES; b++) {
            PointBatch batch = new PointBatch(BATCH_POINTS);
            rows.subList(b * BATCH_POINTS, (b + 1) * BATCH_POINTS)
                    .forEach(row -> batch.append(series.times()[row], series.values()[row]));
            batches.add(batch);
        }
        if (order == Order.BATCHES_SHUFFLED) {
            Collections.shuffle(batches, random);
        }
        pqm = new Pqm(PqmOptions.withBudget(BUDGET_BYTES), NanoClock.SYSTEM);
        BlockReader noBlocks =
                (ref, _) -> {
                    throw new BrokenInvariant("an empty tree has no block " + ref);
                };
        tree = new SeriesTree(noBlocks, TreeShape.DEFAULT);
        filled = fill();
        read = new PointBatch(10_000);
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        filled.close();
        read.close();
        batches.forEach(PointBatch::close);
    }

    /// An empty buffer filled batch by batch, and let go of.
    @Benchmark
    @OperationsPerInvocation(POINT_COUNT)
    public void insert() {
        fill().close();
    }

    private StreamBuffer fill() {
        StreamBuffer buffer = pqm.open(stream, 0, SeriesRoot.EMPTY);
        for (PointBatch batch : batches) {
            PointColumns columns = batch.columns();
            buffer.insert(columns, MergePolicy.NEVER);
        }
        return buffer;
    }

    /// All points of the buffer in time order, as a reader and a flush see them.
    @Benchmark
    @OperationsPerInvocation(POINT_COUNT)
    public long merge() throws IOException {
        long count = 0;
        try (StreamView view = filled.acquire();
                PointCursor cursor = tree.points(view.root(), view.overlay(), whole)) {
            while (cursor.next(read) > 0) {
                count += read.count();
            }
        }
        BrokenInvariant.check(count == POINT_COUNT, "points went missing");
        return count;
    }
}
