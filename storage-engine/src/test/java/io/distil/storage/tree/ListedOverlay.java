package io.distil.storage.tree;

import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.storage.codec.LeafPoints;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// An overlay in the plainest form: what happened, in order, applied time by time.
public final class ListedOverlay implements Overlay {
    private record Insertion(int sequence, double value, MergePolicy policy) {}

    private record Erasure(int sequence, long from, long until) {}

    private final NavigableMap<Long, List<Insertion>> insertions = new TreeMap<>();
    private final List<Erasure> erasures = new ArrayList<>();
    private final boolean knowsErased;
    private int nextSequence;

    /// @param knowsErased whether {@link #isErased} says what it could, or always false
    public ListedOverlay(boolean knowsErased) {
        this.knowsErased = knowsErased;
    }

    public ListedOverlay() {
        this(true);
    }

    public ListedOverlay insert(long time, double value, MergePolicy policy) {
        insertions.computeIfAbsent(time, _ -> new ArrayList<>()).add(new Insertion(nextSequence++, value, policy));
        return this;
    }

    public ListedOverlay erase(TimeRange range) {
        erasures.add(new Erasure(nextSequence++, range.from(), range.until()));
        return this;
    }

    /// Does the same to a model.
    public void applyTo(NavigableMap<Long, List<Double>> points) {
        for (int sequence = 0; sequence < nextSequence; sequence++) {
            for (Erasure erasure : erasures) {
                if (erasure.sequence == sequence) {
                    points.subMap(erasure.from, true, erasure.until, false).clear();
                }
            }
            for (Map.Entry<Long, List<Insertion>> atTime : insertions.entrySet()) {
                for (Insertion insertion : atTime.getValue()) {
                    if (insertion.sequence == sequence) {
                        insert(points.computeIfAbsent(atTime.getKey(), _ -> new ArrayList<>()), insertion);
                    }
                }
            }
        }
    }

    private static void insert(List<Double> present, Insertion insertion) {
        switch (insertion.policy) {
            case NEVER -> present.add(insertion.value);
            case EQUAL -> {
                if (!present.contains(insertion.value)) {
                    present.add(insertion.value);
                }
            }
            case RETAIN -> {
                if (present.isEmpty()) {
                    present.add(insertion.value);
                }
            }
            case REPLACE -> {
                present.clear();
                present.add(insertion.value);
            }
        }
    }

    @Override
    public boolean isEmpty(long from, long until) {
        return insertionsIn(from, until).isEmpty()
                && erasures.stream().noneMatch(e -> e.from < until && from < e.until);
    }

    @Override
    public boolean isAdditive(long from, long until) {
        return erasures.stream().noneMatch(e -> e.from < until && from < e.until)
                && insertionsIn(from, until).values().stream()
                        .allMatch(list -> list.stream().allMatch(i -> i.policy == MergePolicy.NEVER));
    }

    @Override
    public boolean isErased(long from, long until) {
        return knowsErased && erasures.stream().anyMatch(e -> e.from <= from && until <= e.until);
    }

    @Override
    public long nextTime(long from, long until) {
        NavigableMap<Long, List<Insertion>> in = insertionsIn(from, until);
        return in.isEmpty() ? until : in.firstKey();
    }

    @Override
    public long previousTime(long from, long until) {
        NavigableMap<Long, List<Insertion>> in = insertionsIn(from, until);
        return in.isEmpty() ? Long.MIN_VALUE : in.lastKey();
    }

    private NavigableMap<Long, List<Insertion>> insertionsIn(long from, long until) {
        return from < until ? insertions.subMap(from, true, until, false) : new TreeMap<>();
    }

    @Override
    public long resolve(LeafPoints base, long from, long until, int countWanted, LeafPoints out) {
        out.clear();
        int next = base.lowerBound(from);
        long position = from;
        while (true) {
            long baseTime = next < base.count() ? base.times()[next] : Long.MAX_VALUE;
            long time = Math.min(baseTime, nextTime(position, until));
            if (time >= until) {
                return until;
            }
            if (out.count() >= countWanted) {
                return position;
            }
            List<Double> present = new ArrayList<>();
            while (next < base.count() && base.times()[next] == time) {
                present.add(base.values()[next++]);
            }
            resolveTime(time, present);
            for (double value : present) {
                out.append(time, value);
            }
            position = time + 1;
        }
    }

    private void resolveTime(long time, List<Double> present) {
        int done = 0;
        for (Insertion insertion : insertions.getOrDefault(time, List.of())) {
            clearIfErased(time, done, insertion.sequence, present);
            insert(present, insertion);
            done = insertion.sequence;
        }
        clearIfErased(time, done, nextSequence, present);
    }

    private void clearIfErased(long time, int fromSequence, int untilSequence, List<Double> present) {
        for (Erasure e : erasures) {
            if (e.sequence >= fromSequence && e.sequence < untilSequence && e.from <= time && time < e.until) {
                present.clear();
            }
        }
    }
}
