package io.distil.distillates;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.distillates.shipped.MovingStatistics;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/// A store in memory with the stream `plant/temperature`, a registry and what else tests of distillates start from.
final class Fixture {
    static final StreamId TEMPERATURE = new StreamId(0, 1);
    static final RunnerOptions OPTIONS = new RunnerOptions(1000, 1 << 20, 0, Long.MAX_VALUE, 1_000_000, 100, 1000);

    final WatchedStore store = new WatchedStore(new ModelStore());
    final TestClock clock = new TestClock();
    final DistillateRegistry registry = registry(new Digest(1));
    private long nextId = 100;

    Fixture() {
        create(TEMPERATURE, "plant", "temperature");
    }

    static Algorithms algorithms(Algorithm... more) {
        List<Algorithm> all = new ArrayList<>(List.of(more));
        all.add(new MovingStatistics());
        return new Algorithms(all);
    }

    DistillateRegistry registry(Algorithm... more) {
        return new DistillateRegistry(store, algorithms(more), () -> new StreamId(0, nextId++));
    }

    DistillateRunner runner(RunnerOptions options, Algorithm... more) {
        return new DistillateRunner(store, clock, algorithms(more), options);
    }

    void create(StreamId id, String collection, String name) {
        store.submit(new Mutation.Create(new StreamDescriptor(id, collection, Map.of("name", name), Map.of(), 1)))
                .join();
    }

    void insert(StreamId stream, long... times) {
        try (PointBatch points = new PointBatch(Math.max(1, times.length))) {
            for (long time : times) {
                points.append(time, time);
            }
            store.insert(stream, points.columns(), MergePolicy.REPLACE).join();
        }
    }

    /// Points every `step` ns in `[from, until)`.
    void insertEvery(StreamId stream, long from, long until, long step) {
        insert(stream, LongStream.iterate(from, t -> t < until, t -> t + step).toArray());
    }

    /// The moving mean of one stream, written to `plant/NAME`.
    static DistillateSpec mean(String name, String input, Object window) {
        return new DistillateSpec(
                name,
                "moving-statistics",
                DistillateSpec.ANY_VERSION,
                List.of(input),
                List.of(new DistillateSpec.Output("mean", "plant", name)),
                Map.of("window", window),
                DistillateSpec.BY_ALGORITHM,
                DistillateSpec.BY_ALGORITHM);
    }

    /// Steps until there is nothing left to do, time standing still.
    static int drain(DistillateRunner runner) throws IOException {
        int steps = 0;
        while (runner.step()) {
            steps++;
        }
        return steps;
    }

    List<Point> points(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        StreamId id =
                StreamRefs.ids(StreamRefs.named(store, path.substring(0, slash), path.substring(slash + 1))).getFirst();
        try (StreamSnapshot snapshot = store.model.snapshot(id, VersionSelector.LATEST)) {
            return StoreComparison.points(snapshot, TimeRange.ALL, 1000);
        }
    }

    List<TimeRange> replacedRanges() {
        return store.replaced.stream().map(WatchedStore.Replaced::range).toList();
    }
}
