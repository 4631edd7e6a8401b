package io.distil.storage.tree;

import io.distil.storage.codec.LeafPoints;

/// An overlay that adds a sorted run of points, duplicates and all: for tests and measurements with many points.
public final class AddedPoints implements Overlay {
    private final LeafPoints added;

    /// @param added sorted by time; not to be changed afterwards
    public AddedPoints(LeafPoints added) {
        this.added = added;
    }

    /// `count` points from `first` on, `stepNanos` apart, with a slowly moving value.
    public static AddedPoints regular(long first, long stepNanos, int count) {
        LeafPoints points = new LeafPoints(count);
        for (int i = 0; i < count; i++) {
            points.append(first + i * stepNanos, Math.rint(1000 * Math.sin(i * 1e-3)) / 10);
        }
        return new AddedPoints(points);
    }

    @Override
    public boolean isEmpty(long from, long until) {
        return nextTime(from, until) == until;
    }

    @Override
    public boolean isAdditive(long from, long until) {
        return true;
    }

    @Override
    public long nextTime(long from, long until) {
        int index = added.lowerBound(from);
        return index < added.count() ? Math.min(added.times()[index], until) : until;
    }

    @Override
    public long previousTime(long from, long until) {
        int index = added.lowerBound(until) - 1;
        return index >= 0 && added.times()[index] >= from ? added.times()[index] : Long.MIN_VALUE;
    }

    @Override
    public long resolve(LeafPoints base, long from, long until, int countWanted, LeafPoints out) {
        out.clear();
        int b = base.lowerBound(from);
        int a = added.lowerBound(from);
        int bUntil = base.lowerBound(until);
        int aUntil = added.lowerBound(until);
        while (b < bUntil || a < aUntil) {
            boolean fromBase = b < bUntil && (a == aUntil || base.times()[b] <= added.times()[a]);
            long time = fromBase ? base.times()[b] : added.times()[a];
            if (out.count() >= countWanted && out.times()[out.count() - 1] < time) {
                return time;
            }
            out.append(time, fromBase ? base.values()[b++] : added.values()[a++]);
        }
        return until;
    }
}
