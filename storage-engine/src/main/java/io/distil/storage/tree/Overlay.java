package io.distil.storage.tree;

import io.distil.storage.codec.LeafPoints;

/// Changes that lie over a tree and are not in it yet: additions, replacements and erased ranges, in a fixed order.
///
/// Queries and commits resolve points through the same method, so that a read of tree and buffer together equals the read
/// after a commit by construction. Immutable while it is used; safe for use by many threads.
public interface Overlay {
    /// Changes nothing.
    Overlay NONE =
            new Overlay() {
                @Override
                public boolean isEmpty(long from, long until) {
                    return true;
                }

                @Override
                public boolean isAdditive(long from, long until) {
                    return true;
                }

                @Override
                public long nextTime(long from, long until) {
                    return until;
                }

                @Override
                public long previousTime(long from, long until) {
                    return Long.MIN_VALUE;
                }

                @Override
                public long resolve(LeafPoints base, long from, long until, int countWanted, LeafPoints out) {
                    out.clear();
                    out.appendAll(base, base.lowerBound(from), base.lowerBound(until));
                    return until;
                }
            };

    /// True if no change touches `[from, until)`: the tree's points there stand as they are.
    boolean isEmpty(long from, long until);

    /// True if every change in `[from, until)` only adds points, so that the tree's statistics can be added to those of the
    /// additions. (True where empty.)
    boolean isAdditive(long from, long until);

    /// True if it is certain that no point of the tree in `[from, until)` survives, so that nobody needs to read them: what
    /// remains there is what `resolve` makes of an empty base. False is always a correct answer, only a slower one.
    default boolean isErased(long from, long until) {
        return false;
    }

    /// The smallest time in `[from, until)` at which a point may be added, or `until` if there is none. Erased ranges do
    /// not count: they add nothing.
    long nextTime(long from, long until);

    /// The largest time in `[from, until)` at which a point may be added, or `Long.MIN_VALUE` if there is none.
    long previousTime(long from, long until);

    /// Clears `out` and appends what the points of `base` within `[from, until)` become, in time order, equal times in the
    /// order of their arrival. `base` holds all of the tree's points in `[from, until)` and may hold others. Stops early,
    /// between two different times, once `countWanted` points are out.
    ///
    /// @return the time up to which it was resolved, exclusive: `until`, unless it stopped early
    long resolve(LeafPoints base, long from, long until, int countWanted, LeafPoints out);
}
