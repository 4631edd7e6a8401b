package io.distil.distillates;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.RandomHistory;
import io.distil.base.api.StoreComparison;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class ChunkerTest {
    private final Fixture fixture = new Fixture();

    @Test
    void piecesTileTheRangeAndFitTheBudget() throws Exception {
        Random random = PointLists.random("chunks");
        for (int round = 0; round < 60; round++) {
            WatchedStore store = new Fixture().store;
            List<StreamSnapshot> snapshots = new ArrayList<>();
            List<Point> points = new ArrayList<>();
            try (RandomHistory history = new RandomHistory(random, 2, 200, false)) {
                for (Mutation creation : history.creations()) {
                    store.submit(creation).join();
                }
                for (int i = random.nextInt(12); i > 0; i--) {
                    store.submit(history.next(store.model)).join();
                }
                for (StreamId stream : history.streams()) {
                    StreamSnapshot snapshot = store.model.snapshot(stream, VersionSelector.LATEST);
                    snapshots.add(snapshot);
                    points.addAll(StoreComparison.points(snapshot, TimeRange.ALL, 1000));
                }
                checkPieces(snapshots, points, random.nextBoolean() ? TimeRange.ALL : history.range(), random);
            }
        }
    }

    private static void checkPieces(List<StreamSnapshot> snapshots, List<Point> points, TimeRange range, Random random)
            throws Exception {
        int pointsMax = 1 + random.nextInt(100);
        Chunker chunker = new Chunker(pointsMax);
        int pieces = 0;
        for (long from = range.from(); from < range.until(); pieces++) {
            long start = from;
            long until = chunker.endOfFirst(snapshots, new TimeRange(from, range.until()));
            assertThat(until).isGreaterThan(start).isLessThanOrEqualTo(range.until());
            if (until - start > 1) {
                assertThat(points.stream().filter(p -> p.time() >= start && p.time() < until).count())
                        .isLessThanOrEqualTo(pointsMax);
            }
            from = until;
        }
        long inside = points.stream().filter(p -> range.contains(p.time())).count();
        assertThat((long) pieces)
                .as("pieces for %d points of at most %d", inside, pointsMax)
                .isLessThanOrEqualTo(2 + 4 * inside);
    }

    @Test
    void evenlySpacedPointsGivePiecesAtLeastHalfFull() throws Exception {
        fixture.insertEvery(Fixture.TEMPERATURE, 0, 100_000, 7);
        try (StreamSnapshot snapshot = fixture.store.snapshot(Fixture.TEMPERATURE, VersionSelector.LATEST)) {
            long from = 0;
            int pieces = 0;
            while (from < 100_000) {
                from = new Chunker(100).endOfFirst(List.of(snapshot), new TimeRange(from, 100_000));
                pieces++;
            }
            assertThat(pieces).isBetween(143, 2 * 143);
        }
    }

    @Test
    void oneFullNanosecondIsAPieceOfItsOwn() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (PointBatch batch = new PointBatch(10)) {
                for (int j = 0; j < 10; j++) {
                    batch.append(500, j);
                }
                fixture.store.insert(Fixture.TEMPERATURE, batch.columns(), MergePolicy.NEVER).join();
            }
        }
        try (StreamSnapshot snapshot = fixture.store.snapshot(Fixture.TEMPERATURE, VersionSelector.LATEST)) {
            Chunker chunker = new Chunker(5);
            assertThat(chunker.endOfFirst(List.of(snapshot), TimeRange.ALL)).isEqualTo(500);
            assertThat(chunker.endOfFirst(List.of(snapshot), new TimeRange(500, 9000))).isEqualTo(501);
            assertThat(chunker.endOfFirst(List.of(snapshot), new TimeRange(501, 9000))).isEqualTo(9000);
        }
    }
}
