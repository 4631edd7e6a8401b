package io.distil.pqm;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointBatch;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.ring.Leaks;
import io.distil.storage.tree.Overlay;
import io.distil.storage.tree.SeriesRoot;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;

/// Random operations on one buffer, every overlay method compared with the model; views taken earlier still show what they
/// showed.
final class OverlayModelTest {
    private static final double[] VALUES = {0.0, -0.0, 1, 2, 3, -1e300, Double.MIN_VALUE};
    private static final int ROUNDS = 40;
    private static final int STEPS = 50;

    private record Held(StreamView view, Version version, LayeredModel model) {}

    private final long seed = Long.getLong("distil.seed", System.nanoTime());
    private Random random = new Random(seed);
    private long clock;

    @Test
    void everyAnswerOfTheOverlayEqualsTheModel() {
        System.out.println("OverlayModelTest: -Ddistil.seed=" + seed);
        Leaks leaks = new Leaks();
        for (int round = 0; round < ROUNDS; round++) {
            random = new Random(seed + round);
            playOnce("seed " + seed + ", round " + round);
        }
        leaks.assertNone();
    }

    private void playOnce(String where) {
        int span = random.nextBoolean() ? 20 : 2000;
        int batchPoints = random.nextBoolean() ? 3 : 200;
        Pqm pqm = new Pqm(PqmOptions.withBudget(1 << 20), NanoClock.SYSTEM);
        LayeredModel model = new LayeredModel();
        List<Held> held = new ArrayList<>();
        clock = 0;
        try (StreamBuffer buffer = pqm.open(new StreamId(1, 2), 7, SeriesRoot.EMPTY)) {
            for (int step = 0; step < STEPS; step++) {
                Version before = buffer.version();
                Version after = mutate(buffer, model, span, batchPoints);
                assertThat(after).isEqualTo(buffer.version());
                assertThat(after).isGreaterThanOrEqualTo(before);
                StreamView view = buffer.acquire();
                compare(where + ", step " + step, view.overlay(), model, span);
                held.add(new Held(view, after, model.copy()));
                if (held.size() > 5) {
                    Held old = held.remove(random.nextInt(held.size()));
                    assertThat(old.view().version()).isEqualTo(old.version());
                    compare(where + ", at " + old.version(), old.view().overlay(), old.model(), span);
                    old.view().close();
                }
            }
        }
        for (Held old : held) {
            compare(where + ", closed, at " + old.version(), old.view().overlay(), old.model(), span);
            old.view().close();
        }
        assertThat(pqm.statistics()).isEqualTo(new PqmStatistics(0, 0, 0, 1 << 20, 0));
    }

    private Version mutate(StreamBuffer buffer, LayeredModel model, int span, int batchPoints) {
        int dice = random.nextInt(100);
        TimeRange range = range(span);
        if (dice < 70) {
            try (PointBatch batch = batch(span, batchPoints, null)) {
                MergePolicy policy = MergePolicy.ofNumber(random.nextInt(4));
                model.add(LayeredModel.Step.insert(batch, policy));
                return buffer.insert(batch.columns(), policy);
            }
        } else if (dice < 78) {
            model.add(LayeredModel.Step.erase(range));
            return buffer.erase(range);
        } else if (dice < 86) {
            try (PointBatch batch = batch(span, batchPoints, range)) {
                model.add(LayeredModel.Step.erase(range));
                model.add(LayeredModel.Step.insert(batch, MergePolicy.NEVER));
                return buffer.replace(range, batch.columns());
            }
        } else if (dice < 93) {
            model.dropUncommitted(range);
            return buffer.dropUncommitted(range);
        }
        model.freeze();
        return buffer.freeze();
    }

    /// In order behind what was there before, or anywhere; with many equal times or few.
    private PointBatch batch(int span, int countMax, TimeRange inside) {
        PointBatch batch = new PointBatch(countMax);
        int count = random.nextInt(countMax + 1);
        boolean ordered = inside == null && random.nextBoolean();
        for (int i = 0; i < count; i++) {
            clock += random.nextInt(3);
            long time = ordered ? clock : random.nextInt(span);
            if (inside != null) {
                time = inside.from() + random.nextLong(Math.min(span, inside.until() - inside.from()));
            }
            batch.append(time, VALUES[random.nextInt(VALUES.length)]);
        }
        return batch;
    }

    private TimeRange range(int span) {
        if (random.nextInt(12) == 0) {
            return TimeRange.ALL;
        }
        long from = random.nextInt(span) - 2;
        return new TimeRange(from, from + 1 + random.nextInt(1 + random.nextInt(span)));
    }

    private void compare(String where, Overlay overlay, LayeredModel model, int span) {
        LeafPoints base = base(span);
        LeafPoints nothing = new LeafPoints(0);
        for (TimeRange range : List.of(TimeRange.ALL, range(span), range(span))) {
            String what = where + " in " + range;
            String wanted = text(model.over(base), range);
            assertThat(resolved(overlay, base, range, 1 + random.nextInt(50))).as(what).isEqualTo(wanted);
            String additions = text(model.over(nothing), range);
            assertThat(resolved(overlay, nothing, range, 1 << 20)).as(what).isEqualTo(additions);
            checkSummaries(what, overlay, base, range, wanted, additions);
        }
    }

    private void checkSummaries(
            String what, Overlay overlay, LeafPoints base, TimeRange range, String wanted, String additions) {
        long from = range.from();
        long until = range.until();
        String tree = resolved(Overlay.NONE, base, range, 1 << 20);
        if (overlay.isEmpty(from, until)) {
            assertThat(wanted).as(what).isEqualTo(tree);
            assertThat(overlay.isAdditive(from, until)).as(what).isTrue();
        }
        if (overlay.isAdditive(from, until)) {
            assertThat(wanted.split(" ")).as(what).containsExactlyInAnyOrder((tree + additions).split(" "));
        }
        if (overlay.isErased(from, until)) {
            assertThat(wanted).as(what).isEqualTo(additions);
        }
        long next = overlay.nextTime(from, until);
        assertThat(next).as(what).isBetween(from, until);
        if (next > from) {
            assertThat(resolved(overlay, new LeafPoints(0), new TimeRange(from, next), 9)).as(what).isEmpty();
        }
        long previous = overlay.previousTime(from, until);
        if (previous == Long.MIN_VALUE) {
            assertThat(next).as(what).isEqualTo(until);
            assertThat(additions).as(what).isEmpty();
        } else if (previous + 1 < until) {
            assertThat(previous).as(what).isBetween(next, until - 1);
            assertThat(resolved(overlay, new LeafPoints(0), new TimeRange(previous + 1, until), 9)).as(what).isEmpty();
        }
    }

    private LeafPoints base(int span) {
        LeafPoints base = new LeafPoints(4);
        long time = -1;
        for (int i = random.nextInt(50); i > 0; i--) {
            time += random.nextInt(1 + span / 25);
            base.append(time, VALUES[random.nextInt(VALUES.length)]);
        }
        return base;
    }

    /// Resolves portion by portion, checking where each one stops.
    private static String resolved(Overlay overlay, LeafPoints base, TimeRange range, int countWanted) {
        StringBuilder all = new StringBuilder();
        LeafPoints out = new LeafPoints(1);
        long position = range.from();
        while (position < range.until()) {
            long next = overlay.resolve(base, position, range.until(), countWanted, out);
            assertThat(next).isGreaterThan(position).isLessThanOrEqualTo(range.until());
            assertThat(next == range.until() || out.count() >= countWanted).isTrue();
            for (int i = 0; i < out.count(); i++) {
                assertThat(out.times()[i]).isBetween(position, next - 1);
                append(all, out.times()[i], out.values()[i]);
            }
            position = next;
        }
        return all.toString();
    }

    private static String text(NavigableMap<Long, List<Double>> points, TimeRange range) {
        StringBuilder all = new StringBuilder();
        points.subMap(range.from(), true, range.until(), false)
                .forEach((time, values) -> values.forEach(value -> append(all, time, value)));
        return all.toString();
    }

    private static void append(StringBuilder all, long time, double value) {
        all.append(time).append('=').append(value).append(' ');
    }

    @Test
    void manyDifferentValuesAtOneTimeStayLinear() {
        Leaks leaks = new Leaks();
        int count = 200_000;
        Pqm pqm = new Pqm(PqmOptions.withBudget(1 << 30), NanoClock.SYSTEM);
        try (StreamBuffer buffer = pqm.open(new StreamId(1, 2), 0, SeriesRoot.EMPTY);
                PointBatch batch = new PointBatch(count)) {
            for (int i = 0; i < count; i++) {
                batch.append(Times.MIN, i % (count / 2));
            }
            buffer.insert(batch.columns(), MergePolicy.EQUAL);
            try (StreamView view = buffer.acquire()) {
                LeafPoints out = new LeafPoints(1);
                assertThat(view.overlay().resolve(new LeafPoints(0), Times.MIN, Times.LIMIT, 1, out))
                        .isEqualTo(Times.LIMIT);
                assertThat(out.count()).isEqualTo(count / 2);
            }
        }
        leaks.assertNone();
    }
}
