package io.distil.pqm;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Point;
import io.distil.base.api.RandomHistory;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.storage.ring.Leaks;
import io.distil.storage.segment.MemoryBlocks;
import io.distil.storage.tree.SeriesTree;
import io.distil.storage.tree.TreeShape;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Buffers over real trees against the model store: every query at every version, with a flusher that builds commits whenever
/// chance has it.
final class BufferOverTreeTest {
    private static final int ROUNDS = 4;
    private static final int STEPS = 120;

    private final long seed = Long.getLong("distil.seed", System.nanoTime());

    @Test
    void everyQueryOnBufferAndTreeEqualsTheModelHoweverLateCommitsAreBuilt() throws Exception {
        System.out.println("BufferOverTreeTest: -Ddistil.seed=" + seed);
        Leaks leaks = new Leaks();
        for (int round = 0; round < ROUNDS; round++) {
            playOnce(new Random(seed + round), round % 3 == 0);
        }
        leaks.assertNone();
    }

    private void playOnce(Random random, boolean shortHistory) throws Exception {
        ModelStore model = new ModelStore();
        long historyBytes = shortHistory ? 700 : 1 << 20;
        Pqm pqm =
                new Pqm(
                        new PqmOptions(1000, 1000, 1 << 20, 1 << 19, 1 << 18, historyBytes, 2 * historyBytes),
                        NanoClock.SYSTEM);
        Map<StreamId, BufferedStream> streams = new HashMap<>();
        try (MemoryBlocks blocks = new MemoryBlocks();
                RandomHistory history = new RandomHistory(random, 2, 40, false)) {
            SeriesTree tree = new SeriesTree(blocks, new TreeShape(16, 4));
            history.creations().forEach(model::submit);
            history.streams().forEach(id -> streams.put(id, new BufferedStream(pqm, id, tree, blocks)));
            for (int step = 0; step < STEPS; step++) {
                Mutation mutation = history.next(model);
                model.submit(mutation).join();
                apply(streams, mutation);
                BufferedStream stream = streams.get(history.streams().get(random.nextInt(2)));
                compare(model, stream, random);
                while (random.nextInt(3) == 0 && stream.buildOne()) {
                    compare(model, stream, random);
                }
            }
            for (BufferedStream stream : streams.values()) {
                stream.buffer.freeze();
                model.submit(new Mutation.Flush(stream.buffer.id())).join();
                while (stream.buildOne()) {
                    compare(model, stream, random);
                }
                stream.close();
            }
        }
        assertThat(pqm.statistics().heldBytes()).isZero();
        assertThat(pqm.statistics().historyBytes()).isZero();
    }

    private static void apply(Map<StreamId, BufferedStream> streams, Mutation mutation) {
        switch (mutation) {
            case Mutation.Insert m -> streams.get(m.stream()).buffer.insert(m.points(), m.policy());
            case Mutation.Delete m -> BufferedStream.delete(streams.get(m.stream()).buffer, m.range());
            case Mutation.DeleteUncommitted m ->
                    BufferedStream.deleteUncommitted(streams.get(m.stream()).buffer, m.range(), m.since());
            case Mutation.Flush m -> streams.get(m.stream()).buffer.freeze();
            case Mutation.Atomic m ->
                    m.replacements().forEach(r -> streams.get(r.stream()).buffer.replace(r.range(), r.points()));
            case Mutation.Create _,
                    Mutation.Annotate _,
                    Mutation.Obliterate _,
                    Mutation.OfTable _,
                    Mutation.OfTablets _ -> {}
        }
    }

    private static void compare(ModelStore model, BufferedStream stream, Random random) throws Exception {
        StreamId id = stream.buffer.id();
        Version present = stream.buffer.version();
        assertThat(present).isEqualTo(model.info(id).version());
        long major = random.nextLong(present.major() + 1);
        try (StreamSnapshot latest = stream.latest();
                StreamSnapshot expected = model.snapshot(id, VersionSelector.LATEST);
                StreamSnapshot old = stream.atMajor(major);
                StreamSnapshot expectedOld = model.snapshot(id, VersionSelector.at(Version.ofMajor(major)))) {
            StoreComparison.compareSnapshots(latest, expected, random);
            StoreComparison.compareSnapshots(old, expectedOld, random);
            compareChanges(latest, expected, old, major, random.nextInt(20));
        }
    }

    /// Nothing outside the reported ranges differs, and every reported range was touched.
    private static void compareChanges(
            StreamSnapshot latest, StreamSnapshot expected, StreamSnapshot old, long major, int resolutionLog2)
            throws Exception {
        List<TimeRange> reported = latest.changesSince(Version.ofMajor(major), resolutionLog2);
        List<TimeRange> touched = expected.changesSince(Version.ofMajor(major), resolutionLog2);
        assertThat(outside(latest, reported)).isEqualTo(outside(old, reported));
        for (int i = 0; i < reported.size(); i++) {
            TimeRange range = reported.get(i);
            assertThat(range.alignOutward(resolutionLog2)).isEqualTo(range);
            assertThat(i == 0 || reported.get(i - 1).until() < range.from()).isTrue();
            assertThat(touched).anyMatch(t -> t.overlaps(range.from(), range.until()));
        }
    }

    private static List<Point> outside(StreamSnapshot snapshot, List<TimeRange> ranges) throws Exception {
        List<Point> points = new ArrayList<>(StoreComparison.points(snapshot, TimeRange.ALL, 1000));
        points.removeIf(p -> ranges.stream().anyMatch(r -> r.contains(p.time())));
        return points;
    }
}
