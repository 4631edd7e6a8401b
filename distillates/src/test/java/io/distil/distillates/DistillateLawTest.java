package io.distil.distillates;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Point;
import io.distil.base.api.RandomHistory;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.distillates.shipped.MovingStatistics;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The law of distillates: whatever happened to the inputs, and wherever the runner was killed, the output ends equal
/// to the one computed in one go from the inputs as they are, bit for bit.
class DistillateLawTest {
    private static final int ROUNDS = Integer.getInteger("distil.rounds", 60);

    private final TestClock clock = new TestClock();
    private long offHeapBytes;

    @BeforeEach
    void note() {
        offHeapBytes = OffHeap.bytes(MemoryOwner.BATCHES);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OffHeap.bytes(MemoryOwner.BATCHES)).isEqualTo(offHeapBytes);
    }

    @Test
    void incrementalOutputEqualsOneComputationOverAll() throws Exception {
        Random seeds = PointLists.random("the law");
        for (int round = 0; round < ROUNDS; round++) {
            long seed = seeds.nextLong();
            try {
                runHistory(new Random(seed));
            } catch (Throwable e) {
                throw new AssertionError("round " + round + ", seed of the round " + seed, e);
            }
        }
    }

    private void runHistory(Random random) throws Exception {
        WatchedStore store = new WatchedStore(new ModelStore());
        try (RandomHistory history = new RandomHistory(random, 2, 40, true)) {
            for (Mutation creation : history.creations()) {
                store.submit(creation).join();
            }
            Algorithms algorithms = new Algorithms(List.of(new MovingStatistics(), new Digest(1)));
            DistillateRegistry registry = registry(store, algorithms, random);
            List<DistillateSpec> specs = specs(history.streams(), random);
            DistillateRunner runner = runner(store, algorithms, random);
            int events = 40 + random.nextInt(120);
            for (int i = 0; i < events; i++) {
                if (i % 30 == 3 && i / 30 < specs.size()) {
                    registry.ensure(specs.get(i / 30));
                }
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> store.submit(history.next(store.model)).join();
                    case 3 -> {
                        runner.close();
                        assertThat(store.openSnapshots).hasValue(0);
                        runner = runner(store, algorithms, random);
                    }
                    case 4 -> {
                        store.next = WatchedStore.Mishap.values()[random.nextInt(3)];
                        runner.step();
                        store.next = WatchedStore.Mishap.NONE;
                    }
                    default -> runner.step();
                }
                clock.advance(random.nextInt(100));
            }
            specs.forEach(spec -> ensure(registry, spec));
            drain(runner);
            for (DistillateSpec spec : specs) {
                assertThat(registry.status(spec.name()).state()).isEqualTo(DistillateStatus.State.CURRENT);
                assertOutputIsThatOfOneComputation(store, spec, algorithms);
            }
            runner.close();
            assertThat(store.openSnapshots).hasValue(0);
        }
    }

    private static void ensure(DistillateRegistry registry, DistillateSpec spec) {
        try {
            registry.ensure(spec);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Moving statistics of one stream; a digest of both; and, since outputs are streams, a digest of the first one's
    /// output.
    private static List<DistillateSpec> specs(List<StreamId> streams, Random random) {
        return List.of(
                new DistillateSpec(
                        "moving",
                        "moving-statistics",
                        0,
                        List.of(streams.get(0).toString()),
                        List.of(
                                new DistillateSpec.Output("mean", "out", "mean"),
                                new DistillateSpec.Output("stddev", "out", "stddev")),
                        Map.of("window", 1 + random.nextLong(2000)),
                        DistillateSpec.BY_ALGORITHM,
                        DistillateSpec.BY_ALGORITHM),
                digest("both", List.of("random/1/s1", "random/0/s0"), random),
                digest("second", List.of("out/mean"), random));
    }

    private static DistillateSpec digest(String name, List<String> inputs, Random random) {
        return new DistillateSpec(
                name,
                "digest",
                1,
                inputs,
                List.of(new DistillateSpec.Output("digest", "out", name)),
                Map.of("lead", 1 + random.nextLong(300), "trailing", 1 + random.nextLong(300)),
                random.nextBoolean() ? DistillateSpec.BY_ALGORITHM : 1000,
                DistillateSpec.BY_ALGORITHM);
    }

    private static DistillateRegistry registry(WatchedStore store, Algorithms algorithms, Random random) {
        return new DistillateRegistry(store, algorithms, () -> new StreamId(random.nextLong(), random.nextLong()));
    }

    private DistillateRunner runner(WatchedStore store, Algorithms algorithms, Random random) {
        RunnerOptions options =
                new RunnerOptions(
                        1 + random.nextInt(60), 1 << 20, random.nextInt(12), 1 + random.nextInt(1000), 1, 1, 10);
        return new DistillateRunner(store, clock, algorithms, options);
    }

    private void drain(DistillateRunner runner) throws IOException {
        int idle = 0;
        for (int steps = 0; idle < 2; steps++) {
            idle = runner.step() ? 0 : idle + 1;
            clock.advance(1000);
            assertThat(steps).as("steps until nothing is left to do").isLessThan(20_000);
        }
    }

    private static void assertOutputIsThatOfOneComputation(
            WatchedStore store, DistillateSpec spec, Algorithms algorithms) throws IOException {
        Definition definition = Definition.of(spec, algorithms);
        List<List<Point>> inputs = new ArrayList<>();
        for (StreamId input : StreamRefs.ids(StreamRefs.inputs(store, spec))) {
            inputs.add(points(store, input));
        }
        List<List<Point>> expected =
                PointLists.compute(definition.computation(), inputs, TimeRange.ALL, spec.outputs().size());
        List<StreamId> outputs = StreamRefs.ids(StreamRefs.outputs(store, spec));
        for (int i = 0; i < outputs.size(); i++) {
            assertThat(points(store, outputs.get(i))).as("output %d of %s", i, spec.name()).isEqualTo(expected.get(i));
        }
    }

    private static List<Point> points(WatchedStore store, StreamId stream) throws IOException {
        try (StreamSnapshot snapshot = store.model.snapshot(stream, VersionSelector.LATEST)) {
            return StoreComparison.points(snapshot, TimeRange.ALL, 1000);
        }
    }
}
