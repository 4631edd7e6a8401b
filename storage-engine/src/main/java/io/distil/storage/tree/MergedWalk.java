package io.distil.storage.tree;

import io.distil.base.StatisticsAccumulator;
import io.distil.base.TimeRange;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.BlockReader;

import java.io.IOException;

/// Walks the points of a range, tree and overlay merged, in time order and in as large steps as the asker allows: a run of
/// points, or a whole entry by its statistics. Never opens an entry that was taken whole. One owner thread.
///
/// Everything before {@link #position} has been handed out. From there, either a *region* is being resolved (a leaf's
/// times, or a gap between entries where only the overlay has points), or the walker's entry says what comes next:
///
/// - it begins later: the gap before it is a region without base;
/// - the asker takes it whole, and the overlay leaves its points alone or only adds to them: its statistics, then the
///   additions. Entries behind it that share its window, and that the overlay leaves alone, go with it;
/// - the overlay erased all of it: it is left out;
/// - it is a node: go in; it is a leaf whose parts fit the windows: go in as if they were a node's entries; it is any
///   other leaf: decode it, and its times are the next region.
///
/// Duplicates of one nanosecond may fill several leaves. They share a time, so the position stays at that time until the
/// last of them is done, and under an overlay all of them are one region.
final class MergedWalk implements AutoCloseable {
    /// Says which entries are wanted whole. Asked with times inside the walk's range only.
    interface Whole {
        Whole NEVER =
                new Whole() {
                    @Override
                    public boolean takes(long first, long last) {
                        return false;
                    }

                    @Override
                    public long windowEnd(long time) {
                        return time;
                    }

                    @Override
                    public int uncrossedLog2() {
                        return -1;
                    }
                };

        boolean takes(long first, long last);

        /// The end of the window that holds `time`: entries that begin and end in one window may be handed out as one.
        long windowEnd(long time);

        /// Aligned spans of width 2^this, and narrower ones, are crossed by no window's boundary; -1 if there are no windows.
        int uncrossedLog2();
    }

    enum Step {
        END,
        /// {@link #points} from {@link #pointsFrom} until {@link #pointsUntil}, never none.
        POINTS,
        /// Entries of one window, added up by {@link #addStatisticsTo}; their first point is at {@link #statisticsFirst}.
        STATISTICS
    }

    /// Buffered points are resolved in portions of this many.
    private static final int RESOLVE_POINTS = 4096;

    private static final LeafPoints NO_POINTS = new LeafPoints(0);

    private final Scratch scratch;
    private final Overlay overlay;
    private final EntryWalker walker;
    private final ReadAhead readAhead;
    private final long from;
    private final long until;
    private final Whole whole;

    private long position;
    private long regionUntil;
    private LeafPoints regionBase = NO_POINTS;

    private LeafPoints points;
    private int pointsFrom;
    private int pointsUntil;

    private long statisticsFirst;
    private final StatisticsAccumulator statistics = new StatisticsAccumulator();

    MergedWalk(BlockReader reader, Scratch scratch, SeriesRoot root, Overlay overlay, TimeRange range, Whole whole) {
        this.scratch = scratch;
        this.overlay = overlay;
        this.walker = new EntryWalker(reader, root);
        this.readAhead = new ReadAhead(reader);
        this.from = range.from();
        this.until = range.until();
        this.whole = whole;
        this.position = from;
        this.regionUntil = from;
        if (!walker.isAtEnd() && walker.last() < from) {
            walker.advance();
        }
    }

    LeafPoints points() {
        return points;
    }

    int pointsFrom() {
        return pointsFrom;
    }

    int pointsUntil() {
        return pointsUntil;
    }

    long statisticsFirst() {
        return statisticsFirst;
    }

    void addStatisticsTo(StatisticsAccumulator sum) {
        sum.addStatistics(statistics.count(), statistics.min(), statistics.mean(), statistics.max(), statistics.m2());
    }

    /// The next step. What the previous one showed is gone.
    Step step() throws IOException {
        while (true) {
            if (position < regionUntil) {
                if (resolveSome()) {
                    return Step.POINTS;
                }
            } else if (walker.isAtEnd() || walker.first() >= until) {
                if (position >= until) {
                    return Step.END;
                }
                beginRegion(NO_POINTS, until);
            } else if (walker.first() > position) {
                beginRegion(NO_POINTS, walker.first());
            } else {
                Step step = stepOnEntry();
                if (step != null) {
                    return step;
                }
            }
        }
    }

    /// The walker's entry begins at or before the position.
    private Step stepOnEntry() throws IOException {
        long first = walker.first();
        long last = walker.last();
        if (whole.takes(first, last)) {
            if (first < from) {
                walker.advance();
                return null;
            }
            if (overlay.isAdditive(first, last + 1)) {
                takeWhole(first, last);
                return Step.STATISTICS;
            }
        }
        if (overlay.isErased(first, last + 1)) {
            walker.advance();
            return null;
        }
        if (!walker.isLeaf()) {
            walker.enter(position);
            return null;
        }
        return enterParts(first, last) ? null : stepOnLeaf(first, last);
    }

    /// Takes the entry, and with it those behind it that share its window and that no change touches.
    private void takeWhole(long first, long last) {
        int taken = 1;
        long takenLast = last;
        int sharing = walker.countEndingBefore(whole.windowEnd(first));
        if (sharing > 1 && overlay.isEmpty(first, walker.last(sharing - 1) + 1)) {
            taken = sharing;
            takenLast = walker.last(sharing - 1);
        }
        statisticsFirst = first;
        walker.sum(taken, statistics);
        walker.advance(taken);
        long entryUntil = endOfEntry(takenLast);
        if (overlay.isEmpty(position, entryUntil)) {
            position = entryUntil;
            regionUntil = entryUntil;
        } else {
            beginRegion(NO_POINTS, entryUntil);
        }
    }

    /// Goes into the leaf by its parts, if no window's boundary crosses one of them and no change touches the leaf.
    ///
    /// @return false if its points have to be looked at
    private boolean enterParts(long first, long last) throws IOException {
        if (first < from
                || last >= until
                || !LeafParts.fit(first, last, whole.uncrossedLog2())
                || !overlay.isEmpty(position, last + 1)) {
            return false;
        }
        walker.enter(scratch.parts.of(walker.block(), walker.count(), scratch));
        return true;
    }

    private Step stepOnLeaf(long first, long last) throws IOException {
        LeafPoints base = scratch.base;
        base.clear();
        if (whole == Whole.NEVER) {
            readAhead.beforeLeaf(walker, until);
        }
        scratch.leaves.read(walker.block(), walker.count(), base);
        walker.advance();
        if (overlay.isEmpty(position, Math.min(last + 1, until))) {
            int begin = base.lowerBound(position);
            int end = last < until ? base.count() : base.lowerBound(until);
            position = endOfEntry(last);
            regionUntil = position;
            return show(base, begin, end) ? Step.POINTS : null;
        }
        while (first == last && !walker.isAtEnd() && walker.first() == last) {
            scratch.leaves.read(walker.block(), walker.count(), base);
            walker.advance();
        }
        beginRegion(base, Math.min(last + 1, until));
        return null;
    }

    /// Where an entry that ends at `last`, already passed by the walker, leaves the position.
    private long endOfEntry(long last) {
        boolean sameTimeFollows = !walker.isAtEnd() && walker.first() == last;
        return Math.min(sameTimeFollows ? last : last + 1, until);
    }

    private void beginRegion(LeafPoints base, long end) {
        regionBase = base;
        regionUntil = end;
    }

    private boolean resolveSome() {
        if (regionBase == NO_POINTS) {
            position = Math.max(position, overlay.nextTime(position, regionUntil));
            if (position >= regionUntil) {
                return false;
            }
        }
        position = overlay.resolve(regionBase, position, regionUntil, RESOLVE_POINTS, scratch.resolved);
        return show(scratch.resolved, 0, scratch.resolved.count());
    }

    private boolean show(LeafPoints shown, int begin, int end) {
        points = shown;
        pointsFrom = begin;
        pointsUntil = end;
        return begin < end;
    }

    @Override
    public void close() {
        walker.close();
    }
}
