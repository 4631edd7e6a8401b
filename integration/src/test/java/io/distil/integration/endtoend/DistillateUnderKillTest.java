package io.distil.integration.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.VersionSelector;
import io.distil.distillates.DistillateRegistry;
import io.distil.distillates.DistillateRunner;
import io.distil.distillates.RunnerOptions;
import io.distil.distillates.SpecCodec;
import io.distil.integration.crash.DaemonProcess;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A daemon killed while it computes a distillate, again and again, ends with the output of one computation.
class DistillateUnderKillTest {
    private static final int KILLS = 4;
    private static final int CHANGES_PER_LIFE = 60;
    private static final long SPAN_NANOS = 1_000_000_000_000L;
    private static final StreamId INPUT = new StreamId(6, 6);
    private static final String SPEC =
            """
            name: moving
            algorithm: moving-statistics
            inputs: [plant/t]
            outputs:
              - {output: mean, collection: plant, name: t-mean}
              - {output: stddev, collection: plant, name: t-stddev}
            parameters: {window: 10s}
            """;

    /// One point, to the bit.
    private record Bits(long time, long valueBits) {}

    @TempDir private Path directory;

    @Test
    void itsOutputEqualsOneComputationToTheBit() throws Exception {
        long seed = Long.getLong("distil.seed", new Random().nextLong());
        System.out.println("distillate under kill: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        Path data = directory.resolve("data");
        Path spec = Files.writeString(directory.resolve("moving.yaml"), SPEC);
        for (int life = 0; life < KILLS; life++) {
            try (DaemonProcess daemon = DaemonProcess.start(data);
                    DistilClient client = connect(daemon)) {
                if (life == 0) {
                    create(client);
                    Shell.on(daemon).must("distillate", "ensure", "-f", spec.toString());
                }
                for (int i = 0; i < CHANGES_PER_LIFE; i++) {
                    change(client, random);
                }
                Thread.sleep(random.nextInt(200));
                daemon.kill();
            }
        }
        try (DaemonProcess daemon = DaemonProcess.start(data);
                DistilClient client = connect(daemon)) {
            awaitCurrent(Shell.on(daemon));
            List<Bits> input = points(client, INPUT);
            assertThat(input).as("seed %d: input", seed).isNotEmpty();
            try (ModelStore once = new ModelStore()) {
                compute(once, input);
                for (String output : List.of("t-mean", "t-stddev")) {
                    List<Bits> expected = points(once, find(once, output));
                    assertThat(expected).as("seed %d: %s computed at once", seed, output).isNotEmpty();
                    assertThat(points(client, find(client, output)))
                            .as("seed %d: %s", seed, output)
                            .isEqualTo(expected);
                }
            }
            assertThat(daemon.stop()).isZero();
        }
    }

    private static DistilClient connect(DaemonProcess daemon) throws IOException {
        return DistilClient.connect(daemon.host(), daemon.port(), DistilClientOptions.DEFAULT);
    }

    private static void create(StreamStore store) {
        store.submit(new Mutation.Create(new StreamDescriptor(INPUT, "plant", Map.of("name", "t"), Map.of(), 1)))
                .join();
    }

    private static void change(StreamStore store, Random random) {
        long at = random.nextLong(SPAN_NANOS);
        switch (random.nextInt(8)) {
            case 0 ->
                    store.submit(
                                    new Mutation.Delete(
                                            INPUT, new TimeRange(at, at + 1 + random.nextLong(SPAN_NANOS / 50))))
                            .join();
            case 1 -> store.submit(new Mutation.Flush(INPUT)).join();
            default -> insert(store, random, at);
        }
    }

    private static void insert(StreamStore store, Random random, long from) {
        MergePolicy policy = random.nextBoolean() ? MergePolicy.REPLACE : MergePolicy.RETAIN;
        try (PointBatch batch = new PointBatch(500)) {
            for (int i = 0; i < batch.capacity(); i++) {
                batch.append((from + 100_000_000L * i) / 50_000_000L * 50_000_000L, random.nextGaussian());
            }
            store.submit(new Mutation.Insert(INPUT, batch.columns(), policy)).join();
        }
    }

    private static void awaitCurrent(Shell shell) throws IOException, InterruptedException {
        JsonNode status = null;
        for (int i = 0; i < 600; i++) {
            status = shell.json("distillate", "status", "moving").getFirst();
            if (status.get("state").textValue().equals("current")) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("the distillate is not current after a minute: " + status);
    }

    /// The same distillate over the final input, by one undisturbed run in this process.
    private static void compute(ModelStore store, List<Bits> input) throws IOException {
        create(store);
        try (PointBatch batch = new PointBatch(input.size())) {
            input.forEach(point -> batch.append(point.time(), Double.longBitsToDouble(point.valueBits())));
            store.submit(new Mutation.Insert(INPUT, batch.columns(), MergePolicy.NEVER)).join();
        }
        new DistillateRegistry(store).ensure(SpecCodec.read(SPEC));
        try (DistillateRunner runner = new DistillateRunner(store, NanoClock.SYSTEM, RunnerOptions.DEFAULT)) {
            while (runner.step()) {}
        }
    }

    private static StreamId find(StreamStore store, String name) throws IOException {
        try (var found = store.find(StreamFilter.ofName("plant", name))) {
            List<StreamInfo> streams = found.next(2);
            assertThat(streams).hasSize(1);
            return streams.getFirst().descriptor().id();
        }
    }

    private static List<Bits> points(StreamStore store, StreamId id) throws IOException {
        List<Bits> all = new ArrayList<>();
        try (StreamSnapshot snapshot = store.snapshot(id, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(4096)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    all.add(new Bits(batch.time(i), Double.doubleToRawLongBits(batch.value(i))));
                }
            }
        }
        return all;
    }
}
