package io.distil.pqm;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.storage.ring.Leaks;
import io.distil.storage.segment.MemoryBlocks;
import io.distil.storage.tree.SeriesRoot;
import io.distil.storage.tree.SeriesTree;
import io.distil.storage.tree.TreeShape;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Readers, a flusher and the owner at once, freed memory poisoned. Every version consists of the same times, all with one
/// value, written down before the version is published; so whatever a reader sees can be checked.
final class ConcurrentReadersTest {
    private static final int POINTS = 600;
    private static final TimeRange STRETCH = new TimeRange(0, POINTS);
    private static final long RUN_NANOS = 3_000_000_000L;

    private record Built(long major, SeriesRoot root) {}

    private final long seed = Long.getLong("distil.seed", System.nanoTime());
    private final Map<Version, Double> valuesByVersion = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Built> built = new ConcurrentLinkedQueue<>();
    private final AtomicLong readCount = new AtomicLong();
    private volatile boolean stopped;

    private double present;
    private double committed;
    private double nextValue = 1;

    @Test
    void readersSeeWholeVersionsWhileTheOwnerMutatesFreezesAndInstalls() throws Exception {
        System.out.println("ConcurrentReadersTest: -Ddistil.seed=" + seed);
        Leaks leaks = new Leaks();
        Pqm pqm = new Pqm(PqmOptions.withBudget(1 << 28), NanoClock.SYSTEM);
        try (MemoryBlocks blocks = new MemoryBlocks();
                StreamBuffer buffer = pqm.open(new StreamId(5, 6), 0, SeriesRoot.EMPTY);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            SeriesTree tree = new SeriesTree(blocks, new TreeShape(64, 8));
            write(buffer, new Random(seed), MergePolicy.REPLACE);
            List<Future<?>> others = new ArrayList<>();
            others.add(threads.submit(() -> flush(buffer, tree, blocks)));
            for (int i = 0; i < 3; i++) {
                others.add(threads.submit(() -> read(buffer, tree)));
            }
            try {
                own(buffer);
            } finally {
                stopped = true;
            }
            for (Future<?> other : others) {
                other.get();
            }
        }
        assertThat(readCount.get()).isGreaterThan(100);
        leaks.assertNone();
    }

    private void own(StreamBuffer buffer) {
        Random random = new Random(seed + 1);
        long end = System.nanoTime() + RUN_NANOS;
        while (System.nanoTime() < end) {
            switch (random.nextInt(8)) {
                case 0 -> write(buffer, random, null);
                case 1, 2 -> write(buffer, random, MergePolicy.REPLACE);
                case 3 -> write(buffer, random, MergePolicy.RETAIN);
                case 4 -> write(buffer, random, MergePolicy.EQUAL);
                case 5 -> {
                    if (committed != 0) {
                        present = committed;
                        note(buffer.version().nextMinor());
                        buffer.dropUncommitted(STRETCH);
                    }
                }
                case 6 -> {
                    committed = present;
                    note(buffer.version().nextMajor());
                    buffer.freeze();
                }
                default -> {
                    Built next = built.poll();
                    if (next != null) {
                        buffer.installed(next.major(), next.root());
                    }
                }
            }
        }
    }

    /// Writes all points, in some order: by a policy, or by erasing and inserting in one step.
    private void write(StreamBuffer buffer, Random random, MergePolicy policy) {
        double written =
                switch (policy) {
                    case EQUAL -> present;
                    case RETAIN -> -1;
                    case REPLACE, NEVER -> nextValue++;
                    case null -> nextValue++;
                };
        present = policy == MergePolicy.RETAIN ? present : written;
        note(buffer.version().nextMinor());
        int step = random.nextBoolean() ? 1 : 7;
        try (PointBatch batch = new PointBatch(POINTS)) {
            for (int i = 0; i < POINTS; i++) {
                batch.append((long) i * step % POINTS, written);
            }
            if (policy == null) {
                buffer.replace(STRETCH, batch.columns());
            } else {
                buffer.insert(batch.columns(), policy);
            }
        }
    }

    private void note(Version version) {
        valuesByVersion.put(version, present);
    }

    private Void flush(StreamBuffer buffer, SeriesTree tree, MemoryBlocks blocks) throws Exception {
        long lastMajor = 0;
        while (!stopped) {
            try (StreamView view = buffer.acquireNextToBuild().orElse(null)) {
                if (view == null || view.version().major() == lastMajor) {
                    Thread.sleep(1);
                    continue;
                }
                lastMajor = view.version().major();
                built.add(new Built(lastMajor, tree.commit(view.root(), view.overlay(), lastMajor, blocks)));
            }
        }
        return null;
    }

    private Void read(StreamBuffer buffer, SeriesTree tree) throws Exception {
        try (PointBatch batch = new PointBatch(100)) {
            while (!stopped) {
                try (StreamView view = buffer.acquire()) {
                    check(tree, view, batch);
                    Version since = Version.ofMajor(view.builtMajor());
                    assertThat(view.changedSince(since, 0)).isPresent();
                    check(tree, view, batch);
                }
                readCount.incrementAndGet();
            }
        }
        return null;
    }

    private void check(SeriesTree tree, StreamView view, PointBatch batch) throws Exception {
        double wanted = valuesByVersion.get(view.version());
        long time = 0;
        try (PointCursor cursor = tree.points(view.root(), view.overlay(), TimeRange.ALL)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    if (batch.time(i) != time++ || batch.value(i) != wanted) {
                        throw new AssertionError(
                                "seed "
                                        + seed
                                        + ", version "
                                        + view.version()
                                        + ": point "
                                        + (time - 1)
                                        + " is "
                                        + batch.time(i)
                                        + "="
                                        + batch.value(i)
                                        + ", wanted "
                                        + wanted);
                    }
                }
            }
        }
        assertThat(time).as("points of %s", view.version()).isEqualTo(POINTS);
    }
}
