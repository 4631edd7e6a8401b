package io.distil.pqm;

import io.distil.storage.codec.LeafPoints;

/// Merges the points of a tree with the layers over it, in time order. One caller at a time; reused by the next.
///
/// The sources are the tree's points and the runs of every layer, in log order: the tree first, the lowest layer's oldest
/// run next. As long as one source is alone with its times, a whole stretch of it is copied as a block. Where several meet at
/// a time, or one holds several operations at a time, the operations are applied one by one.
///
/// An erased range of a layer hides every source below that layer. How far a source is known to be visible is kept beside
/// it, so that erased ranges are searched once per range and not once per point.
///
/// Example: the tree has points at 10, 20, 30, 40; the layer erased `[20, 40)`, then ran `retain` at 20 and 40. From 10 until
/// 20 the tree is alone: one block. At 20 tree and run meet: the tree is hidden until 40 and skips there; the run's point
/// counts. At 40 they meet again: the tree's point is present, so `retain` adds nothing. Result: 10, 20 (the new one), 40.
final class LayerMerge {
    private static final long EXHAUSTED = Long.MAX_VALUE;
    private static final int TREE = 0;

    private final Layer[] layers;
    private final TimeGroup group = new TimeGroup();

    // One entry per source; TREE first. The run is null for the tree.
    private final Run[] runs;
    private final int[] layersBelow;
    private final int[] rows;
    private final int[] ends;
    private final long[] heads;
    private final long[] visibleUntils;
    private final int sourceCount;

    // The call at hand.
    private LeafPoints base;
    private LeafPoints out;
    private int countWanted;
    private long position;

    LayerMerge(Layer[] layers) {
        this.layers = layers;
        int count = 1;
        for (Layer layer : layers) {
            count += layer.runCount();
        }
        runs = new Run[count];
        layersBelow = new int[count];
        rows = new int[count];
        ends = new int[count];
        heads = new long[count];
        visibleUntils = new long[count];
        int source = TREE + 1;
        for (int i = 0; i < layers.length; i++) {
            for (int r = 0; r < layers[i].runCount(); r++) {
                runs[source] = layers[i].run(r);
                layersBelow[source++] = i + 1;
            }
        }
        sourceCount = count;
    }

    /// As {@link io.distil.storage.tree.Overlay#resolve}.
    long resolve(LeafPoints treePoints, long from, long until, int wanted, LeafPoints result) {
        base = treePoints;
        out = result;
        countWanted = Math.max(1, wanted);
        out.clear();
        begin(from, until);
        while (true) {
            int first = firstSource();
            if (first < 0) {
                return until;
            }
            if (out.count() >= countWanted) {
                return position;
            }
            long time = heads[first];
            long next = earliestBesides(first, until);
            if (time == next) {
                resolveTime(time);
            } else if (!skipIfHidden(first, time)) {
                copyStretch(first, Math.min(next, visibleUntils[first]));
            }
        }
    }

    private void begin(long from, long until) {
        for (int source = 0; source < sourceCount; source++) {
            Run run = runs[source];
            rows[source] = run == null ? base.lowerBound(from) : run.lowerBound(from);
            ends[source] = run == null ? base.lowerBound(until) : run.lowerBound(until);
            visibleUntils[source] = Long.MIN_VALUE;
            setHead(source);
        }
    }

    private int firstSource() {
        int first = -1;
        long earliest = EXHAUSTED;
        for (int source = 0; source < sourceCount; source++) {
            if (heads[source] < earliest) {
                earliest = heads[source];
                first = source;
            }
        }
        return first;
    }

    private long earliestBesides(int first, long until) {
        long earliest = until;
        for (int source = 0; source < sourceCount; source++) {
            if (source != first && heads[source] < earliest) {
                earliest = heads[source];
            }
        }
        return earliest;
    }

    /// Passes over the rows of `source` that a layer above it erased, if the next one, at `time`, is such a row.
    private boolean skipIfHidden(int source, long time) {
        if (time < visibleUntils[source]) {
            return false;
        }
        long visibleUntil = Long.MAX_VALUE;
        for (int i = layersBelow[source]; i < layers.length; i++) {
            ErasedRanges erased = layers[i].erased();
            int index = erased.firstEndingAfter(time);
            if (index == erased.count()) {
                continue;
            }
            if (erased.from(index) <= time) {
                rows[source] = lowerBound(source, erased.until(index));
                setHead(source);
                return true;
            }
            visibleUntil = Math.min(visibleUntil, erased.from(index));
        }
        visibleUntils[source] = visibleUntil;
        return false;
    }

    /// `source` is visible and alone from its next row until `limit`.
    private void copyStretch(int source, long limit) {
        int from = rows[source];
        int limitRow = lowerBound(source, limit);
        int until = limitRow;
        if (until - from > countWanted - out.count()) {
            until = from + countWanted - out.count();
            while (until < limitRow && time(source, until) == time(source, until - 1)) {
                until++;
            }
        }
        Run run = runs[source];
        if (run == null) {
            out.appendAll(base, from, until);
        } else if (run.timesDiffer() || run.addsOnly()) {
            run.columns().copyTo(out, from, until);
        } else {
            applyStretch(run, from, until);
        }
        position = time(source, until - 1) + 1;
        rows[source] = until;
        setHead(source);
    }

    private void applyStretch(Run run, int from, int until) {
        RunColumns columns = run.columns();
        long groupTime = columns.time(from);
        group.begin(out);
        for (int row = from; row < until; row++) {
            long time = columns.time(row);
            if (time != groupTime) {
                groupTime = time;
                group.begin(out);
            }
            group.apply(time, columns.valueBits(row), columns.policy(row));
        }
    }

    /// Several sources have something at `time`.
    private void resolveTime(long time) {
        group.begin(out);
        for (int source = 0; source < sourceCount; source++) {
            if (heads[source] != time || skipIfHidden(source, time)) {
                continue;
            }
            int until = rows[source];
            while (until < ends[source] && time(source, until) == time) {
                until++;
            }
            Run run = runs[source];
            if (run == null) {
                out.appendAll(base, rows[source], until);
            } else {
                for (int row = rows[source]; row < until; row++) {
                    group.apply(time, run.columns().valueBits(row), run.columns().policy(row));
                }
            }
            rows[source] = until;
            setHead(source);
        }
        position = time + 1;
    }

    private int lowerBound(int source, long time) {
        Run run = runs[source];
        if (run != null) {
            return run.columns().lowerBound(rows[source], ends[source], time);
        }
        return Math.clamp(base.lowerBound(time), rows[source], ends[source]);
    }

    private void setHead(int source) {
        heads[source] = rows[source] < ends[source] ? time(source, rows[source]) : EXHAUSTED;
    }

    private long time(int source, int row) {
        Run run = runs[source];
        return run == null ? base.times()[row] : run.columns().time(row);
    }
}
