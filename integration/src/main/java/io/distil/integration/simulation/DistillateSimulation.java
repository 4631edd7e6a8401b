package io.distil.integration.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Point;
import io.distil.base.api.RandomHistory;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.VersionSelector;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.distillates.Algorithms;
import io.distil.distillates.Computation;
import io.distil.distillates.DistillateRegistry;
import io.distil.distillates.DistillateRunner;
import io.distil.distillates.DistillateSpec;
import io.distil.distillates.InputPoints;
import io.distil.distillates.Parameters;
import io.distil.distillates.RunnerOptions;
import io.distil.distillates.shipped.MovingStatistics;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.storage.ring.SimulatedDisk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// One life story of distillates on a node's real storage, from one seed: inputs are written, corrected and deleted,
/// the runner works in between, and several times the power goes at a random operation of the disk.
///
/// In the end, when the runner has nothing left to do, every output must equal one computation over the whole input,
/// bit for bit: for a distillate of a raw stream, and for one of another's output.
public final class DistillateSimulation {
    private static final int LIVES = 4;
    private static final int EVENTS_PER_LIFE_MAX = 150;

    private final long seed;
    private final Random random;
    private final SimulatedClock clock = new SimulatedClock();
    private final LocalStoreOptions options;
    private final ModelStore model = new ModelStore();
    private final List<DistillateSpec> specs;
    private SimulatedDisk disk;
    private LocalStore store;
    private SteppedStore stepped;
    private long modelPosition;

    public DistillateSimulation(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        this.options = Simulation.smallOptions(random);
        this.disk = new SimulatedDisk(random.nextLong());
        this.specs = List.of(moving("first", "random/0/s0"), moving("second", "out/first-mean"));
    }

    private DistillateSpec moving(String name, String input) {
        return new DistillateSpec(
                name,
                "moving-statistics",
                DistillateSpec.ANY_VERSION,
                List.of(input),
                List.of(
                        new DistillateSpec.Output("mean", "out", name + "-mean"),
                        new DistillateSpec.Output("stddev", "out", name + "-stddev")),
                Map.of("window", 1 + random.nextLong(2000)),
                DistillateSpec.BY_ALGORITHM,
                DistillateSpec.BY_ALGORITHM);
    }

    /// Runs to the end.
    ///
    /// @return how many mutations the store applied
    /// @throws AssertionError if an output is not what it must be; the message names the seed
    public long run() throws IOException {
        long batchesBefore = OffHeap.bytes(MemoryOwner.BATCHES);
        try (RandomHistory history = new RandomHistory(random, 2, 60, true)) {
            for (int life = 0; life < LIVES; life++) {
                live(history);
            }
            open();
            finish(history);
            store.close();
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError("seed " + seed + " of the distillates' simulation fails", e);
        }
        assertThat(OffHeap.bytes(MemoryOwner.BATCHES)).as("bytes of batches").isEqualTo(batchesBefore);
        return modelPosition;
    }

    private void live(RandomHistory history) throws IOException {
        open();
        disk.cutPowerAfter(5 + random.nextInt(2000));
        try (DistillateRunner runner = runner()) {
            work(runner, history);
        } catch (IOException e) {
            assertThat(disk.isPowered()).as("only the power fails: %s", e).isFalse();
        }
        SimulatedDisk next = disk.crash();
        try {
            store.close();
        } catch (IOException e) {
            assertThat(disk.isPowered()).as("closing fails only without power: %s", e).isFalse();
        }
        disk = next;
    }

    private void work(DistillateRunner runner, RandomHistory history) throws IOException {
        createInputs(history);
        int ensureAt = random.nextInt(20);
        for (int i = random.nextInt(EVENTS_PER_LIFE_MAX); i > 0 && disk.isPowered(); i--) {
            if (i % 20 == ensureAt) {
                ensure(specs);
            }
            if (random.nextInt(3) == 0) {
                // Acknowledged, refused or lost: what was applied, the listener says.
                stepped.submit(history.next(model));
            } else {
                runner.step();
            }
            clock.advance(random.nextLong(50_000_000));
        }
    }

    private void createInputs(RandomHistory history) {
        history.creations().forEach(stepped::submit);
    }

    private void ensure(List<DistillateSpec> wanted) throws IOException {
        DistillateRegistry registry =
                new DistillateRegistry(
                        stepped, Algorithms.SHIPPED, () -> new StreamId(random.nextLong(), random.nextLong()));
        for (DistillateSpec spec : wanted) {
            registry.ensure(spec);
        }
    }

    private void finish(RandomHistory history) throws IOException {
        createInputs(history);
        ensure(specs);
        try (DistillateRunner runner = runner()) {
            int idle = 0;
            for (int steps = 0; idle < 2; steps++) {
                idle = runner.step() ? 0 : idle + 1;
                clock.advance(1_000_000_000);
                assertThat(steps).as("steps until nothing is left to do").isLessThan(50_000);
            }
        }
        for (DistillateSpec spec : specs) {
            checkOutputs(spec);
        }
    }

    private void checkOutputs(DistillateSpec spec) throws IOException {
        Computation computation = new MovingStatistics().prepare(new Parameters(spec.parameters()), 1);
        List<List<Point>> expected = List.of(new ArrayList<>(), new ArrayList<>());
        Listed input = new Listed(points(stepped, spec.inputs().getFirst()));
        computation.compute(
                List.of(input),
                TimeRange.ALL,
                (output, time, value) -> expected.get(output).add(new Point(time, value)));
        for (int i = 0; i < expected.size(); i++) {
            String path = spec.outputs().get(i).path();
            assertThat(points(stepped, path)).as(path).isEqualTo(expected.get(i));
            assertThat(points(model, path)).as("%s of the model", path).isEqualTo(expected.get(i));
        }
    }

    private static List<Point> points(StreamStore from, String path) throws IOException {
        int slash = path.lastIndexOf('/');
        StreamFilter filter = StreamFilter.ofName(path.substring(0, slash), path.substring(slash + 1));
        try (StreamCursor found = from.find(filter);
                StreamSnapshot snapshot =
                        from.snapshot(found.next(1).getFirst().descriptor().id(), VersionSelector.LATEST)) {
            return StoreComparison.points(snapshot, TimeRange.ALL, 1000);
        }
    }

    private DistillateRunner runner() {
        RunnerOptions small =
                new RunnerOptions(
                        1 + random.nextInt(80), 1 << 20, random.nextInt(12), random.nextLong(1_000_000_000), 1, 1, 10);
        return new DistillateRunner(stepped, clock, small);
    }

    private void open() throws IOException {
        store = LocalStore.open(disk, options, clock, LocalStore.Driving.STEPPED, this::applied);
        stepped = new SteppedStore(store, random);
    }

    /// Called for every entry the store applies, live or replayed, beyond its checkpoint.
    private void applied(long position, Mutation mutation, Outcome outcome) {
        if (position <= modelPosition) {
            return;
        }
        modelPosition = position;
        if (outcome != null) {
            assertThat(model.submit(mutation).join()).as("outcome of %s", mutation).isEqualTo(outcome);
        }
    }

    private record Listed(List<Point> points) implements InputPoints {
        @Override
        public int count() {
            return points.size();
        }

        @Override
        public long time(int index) {
            return points.get(index).time();
        }

        @Override
        public double value(int index) {
            return points.get(index).value();
        }
    }
}
