package io.distil.base.api;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// Random mutations over a few streams, from one seed: times cluster, repeat, run in order and out of order, and sit at the
/// edges of what is legal; every policy, delete and commit occurs, and streams are obliterated where that is {@link
/// #obliterating asked for}.
///
/// The caller applies each mutation to the store under test and to a {@link ModelStore}. Batches live in off-heap memory
/// owned by this object until {@link #close}.
public final class RandomHistory implements AutoCloseable {
    private static final double[] SPECIAL_VALUES = {
        0.0, -0.0, 1, -1, Double.MIN_VALUE, -Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE, 1e-300, 0.1, 1e9
    };

    private final Random random;
    private final List<StreamId> streams = new ArrayList<>();
    private final List<StreamId> former = new ArrayList<>();
    private final List<PointBatch> batches = new ArrayList<>();
    private final int batchPointsMax;
    private final boolean extremeValues;
    private boolean obliterates;
    private long clock = 1_000_000;

    /// @param extremeValues whether values up to ±1.8e308 occur; their spread is beyond a double, so compare without it
    public RandomHistory(Random random, int streamCount, int batchPointsMax, boolean extremeValues) {
        this.random = random;
        this.batchPointsMax = batchPointsMax;
        this.extremeValues = extremeValues;
        for (int i = 0; i < streamCount; i++) {
            streams.add(new StreamId(random.nextLong(), random.nextLong()));
        }
    }

    /// From now on streams are obliterated, too, and created anew: under their old name and another id, and sometimes, which
    /// must be refused, under the old id.
    public RandomHistory obliterating() {
        obliterates = true;
        return this;
    }

    /// The streams of the present: one for each name, which may just be gone.
    public List<StreamId> streams() {
        return streams;
    }

    /// Ids that were obliterated and replaced by others.
    public List<StreamId> former() {
        return former;
    }

    /// The creations with which every history starts.
    public List<Mutation> creations() {
        return creationsOfMissing(new ModelStore());
    }

    /// Creations of the streams that the model lacks; of those that were obliterated, under another id.
    public List<Mutation> creationsOfMissing(ModelStore model) {
        List<Mutation> creations = new ArrayList<>();
        for (int i = 0; i < streams.size(); i++) {
            if (!model.has(streams.get(i))) {
                creations.add(creation(i, model));
            }
        }
        return creations;
    }

    private Mutation creation(int index, ModelStore model) {
        if (model.hasObliterated(streams.get(index))) {
            former.add(streams.get(index));
            streams.set(index, new StreamId(random.nextLong(), random.nextLong()));
        }
        return creation(index, streams.get(index));
    }

    private static Mutation creation(int index, StreamId id) {
        return new Mutation.Create(
                new StreamDescriptor(
                        id, "random/" + index % 2, Map.of("name", "s" + index), Map.of("made", "by chance"), 1));
    }

    /// The next mutation, given the present versions (for deletes since a version).
    public Mutation next(ModelStore model) {
        int index = random.nextInt(streams.size());
        StreamId stream = streams.get(index);
        if (!model.has(stream)) {
            return random.nextInt(3) == 0 ? creation(index, stream) : creation(index, model);
        }
        if (obliterates && random.nextInt(50) == 0) {
            return new Mutation.Obliterate(stream);
        }
        int dice = random.nextInt(100);
        if (dice < 70) {
            return new Mutation.Insert(stream, points(Times.MIN, Times.LIMIT), MergePolicy.ofNumber(random.nextInt(4)));
        } else if (dice < 78) {
            return new Mutation.Flush(stream);
        } else if (dice < 83) {
            return new Mutation.Delete(stream, range());
        } else if (dice < 89) {
            Version present = model.info(stream).version();
            Version since =
                    random.nextInt(3) == 0
                            ? present
                            : new Version(
                                    Math.max(0, present.major() - random.nextInt(2)),
                                    present.minor() == 0 ? 0 : random.nextLong(present.minor()));
            return new Mutation.DeleteUncommitted(stream, range(), since);
        } else if (dice < 91) {
            return new Mutation.Annotate(
                    stream,
                    model.info(stream).descriptor().propertyVersion(),
                    Map.of("note", "n" + random.nextInt(1000)),
                    Set.of());
        } else {
            TimeRange range = range();
            byte[] value = new byte[random.nextInt(40)];
            random.nextBytes(value);
            long revision = model.record("random/cursor").map(StoredRecord::revision).orElse(0L);
            return new Mutation.Atomic(
                    List.of(new Mutation.Replace(stream, range, points(range.from(), range.until()))),
                    List.of(new Mutation.PutRecord("random/cursor", revision, Optional.of(value))));
        }
    }

    /// A range somewhere among the points.
    public TimeRange range() {
        long a = time(Times.MIN, Times.LIMIT);
        long b = random.nextInt(4) == 0 ? time(Times.MIN, Times.LIMIT) : a + 1 + random.nextLong(2000);
        long from = Math.min(a, b);
        long until = Math.min(Times.LIMIT, Math.max(a, b) + 1);
        return new TimeRange(from, until);
    }

    private PointColumns points(long from, long until) {
        int count = random.nextInt(8) == 0 ? random.nextInt(3) : random.nextInt(batchPointsMax + 1);
        PointBatch batch = new PointBatch(Math.max(1, count));
        batches.add(batch);
        int manner = random.nextInt(4);
        long step = 1 + random.nextLong(100);
        for (int i = 0; i < count; i++) {
            long time = manner == 0 ? clock += step : time(from, until);
            batch.append(time < from || time >= until ? from : time, value());
        }
        return batch.columns();
    }

    private long time(long from, long until) {
        long time =
                switch (random.nextInt(12)) {
                    case 0 -> Times.MIN + random.nextLong(3);
                    case 1 -> Times.LIMIT - 1 - random.nextLong(3);
                    case 2 -> -random.nextLong(1000);
                    case 3 -> random.nextLong(Times.LIMIT);
                    case 4 -> 5000;
                    default -> random.nextLong(10_000);
                };
        return Math.max(from, Math.min(until - 1, time));
    }

    private double value() {
        if (extremeValues && random.nextInt(10) == 0) {
            return SPECIAL_VALUES[random.nextInt(SPECIAL_VALUES.length)];
        }
        return random.nextInt(3) == 0 ? random.nextInt(5) : Math.round(random.nextGaussian() * 1e6) / 1e3;
    }

    @Override
    public void close() {
        batches.forEach(PointBatch::close);
        batches.clear();
    }
}
