package io.distil.pqm;

import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointBatch;
import io.distil.storage.codec.LeafPoints;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// What a stream's buffer should say, in the plainest form: for each commit, what happened, in order.
final class LayeredModel {
    /// Points with a policy, or an erased range.
    record Step(long[] times, double[] values, MergePolicy policy, TimeRange erased) {
        static Step insert(PointBatch batch, MergePolicy policy) {
            long[] times = new long[batch.count()];
            double[] values = new double[batch.count()];
            for (int i = 0; i < times.length; i++) {
                times[i] = batch.time(i);
                values[i] = batch.value(i);
            }
            return new Step(times, values, policy, null);
        }

        static Step erase(TimeRange range) {
            return new Step(new long[0], new double[0], MergePolicy.NEVER, range);
        }

        void applyTo(NavigableMap<Long, List<Double>> points) {
            if (erased != null) {
                points.subMap(erased.from(), true, erased.until(), false).clear();
            }
            for (int i = 0; i < times.length; i++) {
                List<Double> present = points.computeIfAbsent(times[i], _ -> new ArrayList<>());
                boolean add =
                        switch (policy) {
                            case NEVER -> true;
                            case EQUAL -> !present.contains(values[i]);
                            case RETAIN -> present.isEmpty();
                            case REPLACE -> {
                                present.clear();
                                yield true;
                            }
                        };
                if (add) {
                    present.add(values[i]);
                }
            }
        }

        List<Step> without(TimeRange range) {
            List<Step> left = new ArrayList<>();
            if (erased == null) {
                int[] kept =
                        java.util.stream.IntStream.range(0, times.length)
                                .filter(i -> !range.contains(times[i]))
                                .toArray();
                left.add(
                        new Step(
                                Arrays.stream(kept).mapToLong(i -> times[i]).toArray(),
                                Arrays.stream(kept).mapToDouble(i -> values[i]).toArray(),
                                policy,
                                null));
                return left;
            }
            if (erased.from() < range.from()) {
                left.add(erase(new TimeRange(erased.from(), Math.min(erased.until(), range.from()))));
            }
            if (range.until() < erased.until()) {
                left.add(erase(new TimeRange(Math.max(erased.from(), range.until()), erased.until())));
            }
            return left;
        }
    }

    private final List<List<Step>> commits = new ArrayList<>(List.of(new ArrayList<>()));

    LayeredModel copy() {
        LayeredModel copy = new LayeredModel();
        copy.commits.clear();
        commits.forEach(steps -> copy.commits.add(new ArrayList<>(steps)));
        return copy;
    }

    void add(Step step) {
        commits.getLast().add(step);
    }

    void dropUncommitted(TimeRange range) {
        List<Step> kept = new ArrayList<>();
        commits.getLast().forEach(step -> kept.addAll(step.without(range)));
        commits.set(commits.size() - 1, kept);
    }

    void freeze() {
        commits.add(new ArrayList<>());
    }

    /// What `base` becomes.
    NavigableMap<Long, List<Double>> over(LeafPoints base) {
        NavigableMap<Long, List<Double>> points = new TreeMap<>();
        for (int i = 0; i < base.count(); i++) {
            points.computeIfAbsent(base.times()[i], _ -> new ArrayList<>()).add(base.values()[i]);
        }
        commits.forEach(steps -> steps.forEach(step -> step.applyTo(points)));
        return points;
    }
}
