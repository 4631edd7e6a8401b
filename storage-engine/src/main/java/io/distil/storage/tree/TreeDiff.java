package io.distil.storage.tree;

import io.distil.base.Times;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.BlockReader;

import java.io.IOException;
import java.util.Arrays;

/// Finds the windows in which two trees hold different points. Used once.
///
/// Both sides move forward together, each standing on an entry or, where it had to be opened, on a point of a leaf.
/// Everything before them has been compared. While they stand at the same time, an entry of the same block is shared by both
/// versions and is passed unread; different entries are opened, the wider first, until points are compared. Where they stand
/// at different times, the earlier side holds a point that the other has not: its window has changed, and is reported. What
/// else lies in a reported window needs no look, so both sides pass it, entry by entry.
///
/// The pages of the two trees need not line up: shared blocks are met by their first time, which both sides reach at the
/// same moment unless the window around it has been reported already.
final class TreeDiff implements AutoCloseable {
    private final Side before;
    private final Side after;
    private final int resolutionLog2;
    private final RangeSink sink;

    private boolean isReporting;
    private long reportFrom;

    /// End of the last window reported; nothing before it is looked at again.
    private long reportedUntil = Times.MIN;

    TreeDiff(
            BlockReader reader,
            Scratch beforeScratch,
            SeriesRoot before,
            Scratch afterScratch,
            SeriesRoot after,
            int resolutionLog2,
            RangeSink sink) {
        this.before = new Side(reader, beforeScratch, before);
        this.after = new Side(reader, afterScratch, after);
        this.resolutionLog2 = Times.checkWidthLog2(resolutionLog2);
        this.sink = sink;
    }

    void run() throws IOException {
        while (true) {
            before.passUntil(reportedUntil);
            after.passUntil(reportedUntil);
            if (before.isAtEnd() && after.isAtEnd()) {
                break;
            }
            if (before.isAtEnd()) {
                report(after.time());
            } else if (after.isAtEnd() || before.time() != after.time()) {
                report(after.isAtEnd() ? before.time() : Math.min(before.time(), after.time()));
            } else {
                compareAtSameTime();
            }
        }
        if (isReporting) {
            sink.range(reportFrom, reportedUntil);
        }
    }

    private void compareAtSameTime() throws IOException {
        if (before.isOpen() && after.isOpen()) {
            compareLeaves();
        } else if (before.isOpen()) {
            after.open();
        } else if (after.isOpen()) {
            before.open();
        } else {
            compareEntries();
        }
    }

    private void compareEntries() throws IOException {
        EntryWalker a = before.walker;
        EntryWalker b = after.walker;
        if (a.address() == b.address()) {
            a.advance();
            b.advance();
        } else if (a.last() == b.last()) {
            if (isInOneWindow(a.first(), a.last()) && coverTheSame(a, b) && haveDifferentStatistics(a, b)) {
                report(a.first());
            } else {
                before.open();
                after.open();
            }
        } else if (!a.isLeaf() && (b.isLeaf() || a.last() > b.last())) {
            before.open();
        } else if (!b.isLeaf()) {
            after.open();
        } else {
            before.open();
            after.open();
        }
    }

    /// Entries with the same bounds hold all points between them, except where a nanosecond has several leaves of
    /// duplicates: one side may stand on the first of them while the other stands on the node over all of its own.
    private static boolean coverTheSame(EntryWalker a, EntryWalker b) {
        return a.first() < a.last() || a.isLeaf() == b.isLeaf();
    }

    /// Equal points have equal statistics, to the bit, because both were added up in the order of one canonical shape.
    private static boolean haveDifferentStatistics(EntryWalker a, EntryWalker b) {
        return a.count() != b.count()
                || differ(a.min(), b.min())
                || differ(a.mean(), b.mean())
                || differ(a.max(), b.max())
                || differ(a.m2(), b.m2());
    }

    private static boolean differ(double a, double b) {
        return Double.doubleToRawLongBits(a) != Double.doubleToRawLongBits(b);
    }

    private void compareLeaves() {
        LeafPoints a = before.points;
        LeafPoints b = after.points;
        int n = Math.min(a.count() - before.next, b.count() - after.next);
        int sameTimes = Arrays.mismatch(a.times(), before.next, before.next + n, b.times(), after.next, after.next + n);
        int sameValues =
                Arrays.mismatch(a.values(), before.next, before.next + n, b.values(), after.next, after.next + n);
        int same = Math.min(sameTimes < 0 ? n : sameTimes, sameValues < 0 ? n : sameValues);
        before.passPoints(same);
        after.passPoints(same);
        if (same < n) {
            report(Math.min(before.time(), after.time()));
        }
    }

    private boolean isInOneWindow(long first, long last) {
        return Times.alignDown(first, resolutionLog2) == Times.alignDown(last, resolutionLog2);
    }

    private void report(long time) {
        long from = Times.alignDown(time, resolutionLog2);
        long until = from + (1L << resolutionLog2);
        if (isReporting && from > reportedUntil) {
            sink.range(reportFrom, reportedUntil);
            isReporting = false;
        }
        if (!isReporting) {
            isReporting = true;
            reportFrom = from;
        }
        reportedUntil = until;
    }

    @Override
    public void close() {
        before.walker.close();
        after.walker.close();
    }

    /// One of the two trees: an entry, or a leaf's points from `next` on.
    private static final class Side {
        final EntryWalker walker;
        final LeafPoints points;
        private final Scratch scratch;
        private boolean open;
        int next;

        Side(BlockReader reader, Scratch scratch, SeriesRoot root) {
            this.walker = new EntryWalker(reader, root);
            this.scratch = scratch;
            this.points = scratch.base;
        }

        boolean isAtEnd() {
            return !open && walker.isAtEnd();
        }

        boolean isOpen() {
            return open;
        }

        /// Where it stands: the time of an existing point.
        long time() {
            return open ? points.times()[next] : walker.first();
        }

        /// Goes to the first point that is not before `time`, opening only what lies on both sides of it.
        void passUntil(long time) throws IOException {
            while (!isAtEnd() && time() < time) {
                if (open) {
                    passPoints(points.lowerBound(time) - next);
                } else if (walker.last() < time) {
                    walker.advance();
                } else {
                    open(time);
                }
            }
        }

        /// Goes from the entry to its first entry or point.
        void open() throws IOException {
            open(walker.first());
        }

        private void open(long time) throws IOException {
            if (!walker.isLeaf()) {
                walker.enter(time);
                return;
            }
            points.clear();
            scratch.leaves.read(walker.block(), walker.count(), points);
            walker.advance();
            open = true;
            next = 0;
        }

        void passPoints(int count) {
            next += count;
            if (next == points.count()) {
                open = false;
            }
        }
    }
}
