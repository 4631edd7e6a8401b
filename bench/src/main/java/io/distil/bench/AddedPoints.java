package io.distil.bench;

import io.distil.storage.codec.LeafPoints;
import io.distil.storage.tree.Overlay;

/// Changes that only add points, as a buffer without deletes and replacements has them.
final class AddedPoints implements Overlay {
    private final LeafPoints added;

    /// @param added sorted by time; not changed while this is used
    AddedPoints(LeafPoints added) {
        this.added = added;
    }

    @Override
    public boolean isEmpty(long from, long until) {
        return added.lowerBound(from) == added.lowerBound(until);
    }

    @Override
    public boolean isAdditive(long from, long until) {
        return true;
    }

    @Override
    public long nextTime(long from, long until) {
        int index = added.lowerBound(from);
        return index < added.count() && added.times()[index] < until ? added.times()[index] : until;
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
        int bUntil = base.lowerBound(until);
        int a = added.lowerBound(from);
        int aUntil = added.lowerBound(until);
        while (b < bUntil || a < aUntil) {
            boolean fromBase = a == aUntil || b < bUntil && base.times()[b] <= added.times()[a];
            long time = fromBase ? base.times()[b] : added.times()[a];
            if (out.count() >= countWanted && time != out.times()[out.count() - 1]) {
                return time;
            }
            out.append(time, fromBase ? base.values()[b++] : added.values()[a++]);
        }
        return until;
    }
}
