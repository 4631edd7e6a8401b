package io.distil.integration.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/// Kills a daemon with SIGKILL at a random moment of a load, again and again, and looks each time for what it acknowledged.
///
/// Batch `b` of a stream has {@link #BATCH_POINTS} points at times of its own, all with value `b`, inserted under policy
/// `never`: so a lost batch is missing, a batch half there has too few points, and one applied twice has too many. Beside
/// them, streams come and go ({@link ShortLives}).
public final class CrashCycles {
    /// What was found over all cycles.
    public record Report(
            int cycles,
            long acknowledged,
            long unacknowledgedFound,
            long obliterated,
            long points,
            double slowestStartSeconds) {}

    static final int BATCH_POINTS = 100;
    private static final int STREAM_COUNT = 4;
    private static final long BATCH_SPAN_NANOS = 1_000_000;

    private final Path data;
    private final Random random;
    private final ShortLives shortLives;
    private final List<BitSet> acknowledged = new ArrayList<>();
    private final long[] nextBatch = new long[STREAM_COUNT];
    private final DistilClientOptions clientOptions =
            DistilClientOptions.DEFAULT
                    .withTimeouts(new DistilClientOptions.Timeouts(2_000_000_000L, 2_000_000_000L, 20_000_000_000L))
                    .withInFlight(new DistilClientOptions.InFlight(32, true, 16));
    private long unacknowledgedFound;
    private double slowestStartSeconds;

    public CrashCycles(Path data, long seed) {
        this.data = data;
        this.random = new Random(seed);
        this.shortLives = new ShortLives(new Random(seed));
        for (int i = 0; i < STREAM_COUNT; i++) {
            acknowledged.add(new BitSet());
        }
    }

    /// @throws AssertionError if anything acknowledged is missing, half there or doubled
    public Report run(int cycles) throws IOException, InterruptedException {
        for (int cycle = 0; cycle < cycles; cycle++) {
            long began = System.nanoTime();
            try (DaemonProcess daemon = start()) {
                slowestStartSeconds = Math.max(slowestStartSeconds, (System.nanoTime() - began) / 1e9);
                try (DistilClient client = DistilClient.connect(daemon.host(), daemon.port(), clientOptions)) {
                    if (cycle == 0) {
                        createStreams(client);
                    }
                    check(client);
                    shortLives.check(client);
                    load(client, daemon, 50 + random.nextInt(250));
                }
            }
        }
        long points;
        try (DaemonProcess daemon = start()) {
            try (DistilClient client = DistilClient.connect(daemon.host(), daemon.port(), clientOptions)) {
                points = check(client);
                shortLives.check(client);
            }
            assertThat(daemon.stop()).as("exit code after SIGTERM").isZero();
        }
        shortLives.close();
        long total = acknowledged.stream().mapToLong(BitSet::cardinality).sum();
        return new Report(cycles, total, unacknowledgedFound, shortLives.goneCount(), points, slowestStartSeconds);
    }

    private DaemonProcess start() throws IOException {
        return DaemonProcess.start(data);
    }

    private static StreamId id(int stream) {
        return new StreamId(0xC0FFEE, stream);
    }

    private static void createStreams(DistilClient client) {
        for (int i = 0; i < STREAM_COUNT; i++) {
            client.submit(
                            new Mutation.Create(
                                    new StreamDescriptor(id(i), "crash", Map.of("name", "s" + i), Map.of(), 1)))
                    .join();
        }
    }

    /// Inserts from this thread, many batches in flight, until another kills the daemon.
    private void load(DistilClient client, DaemonProcess daemon, long millis) throws InterruptedException {
        AtomicLong failures = new AtomicLong();
        Thread killer =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                Thread.sleep(millis);
                                daemon.kill();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        List<PointBatch> batches = new ArrayList<>();
        while (failures.get() == 0 && killer.isAlive()) {
            int stream = random.nextInt(STREAM_COUNT);
            long batch = nextBatch[stream]++;
            PointBatch points = new PointBatch(BATCH_POINTS);
            batches.add(points);
            for (int i = 0; i < BATCH_POINTS; i++) {
                // Half of the batches are out of order.
                long place = batch % 2 == 0 ? i : BATCH_POINTS - 1 - i;
                points.append(batch * BATCH_SPAN_NANOS + place, batch);
            }
            Mutation insert = new Mutation.Insert(id(stream), points.columns(), MergePolicy.NEVER);
            client.submit(insert)
                    .whenComplete((_, failure) -> {
                        if (failure == null) {
                            synchronized (acknowledged) {
                                acknowledged.get(stream).set((int) batch);
                            }
                        } else {
                            failures.incrementAndGet();
                        }
                    });
            if (random.nextInt(50) == 0) {
                client.flush(id(stream));
                shortLives.next(client);
            }
        }
        killer.join();
        client.close();
        batches.forEach(PointBatch::close);
    }

    /// @return points found in all streams
    private long check(DistilClient client) throws IOException {
        long all = 0;
        for (int stream = 0; stream < STREAM_COUNT; stream++) {
            int[] found = new int[(int) nextBatch[stream]];
            try (StreamSnapshot snapshot = client.snapshot(id(stream), VersionSelector.LATEST)) {
                long points = count(snapshot, found);
                assertThat(countByWindow(snapshot)).as("points counted by statistics").isEqualTo(points);
                all += points;
            }
            synchronized (acknowledged) {
                for (int batch = 0; batch < found.length; batch++) {
                    boolean acked = acknowledged.get(stream).get(batch);
                    assertThat(found[batch])
                            .as("points of batch %d of stream %d, acknowledged: %s", batch, stream, acked)
                            .isIn(acked ? List.of(BATCH_POINTS) : List.of(0, BATCH_POINTS));
                    if (!acked && found[batch] > 0) {
                        unacknowledgedFound++;
                        // It is there now, so it must stay.
                        acknowledged.get(stream).set(batch);
                    }
                }
            }
        }
        return all;
    }

    private static long count(StreamSnapshot snapshot, int[] found) throws IOException {
        long points = 0;
        try (PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(8192)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    assertThat(batch.value(i)).isEqualTo((double) (batch.time(i) / BATCH_SPAN_NANOS));
                    found[(int) batch.value(i)]++;
                }
                points += batch.count();
            }
        }
        return points;
    }

    private static long countByWindow(StreamSnapshot snapshot) throws IOException {
        long points = 0;
        try (WindowCursor cursor = snapshot.alignedWindows(TimeRange.ALL, 30);
                WindowBatch batch = new WindowBatch(512)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    points += batch.points(i);
                }
            }
        }
        return points;
    }
}
