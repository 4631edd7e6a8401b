package io.distil.pqm;

import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointColumns;

import java.util.ArrayList;
import java.util.List;

/// Makes the next state of a layer: takes one mutation apart into drops, erasures and additions, keeps the runs few, and
/// holds whatever memory it made until the new layer holds it. Owner thread only; close it.
///
/// Runs stay few by two rules. A run is merged with its older neighbour once it is half as large, so that sizes at least
/// halve from one run to the next newer and every point is copied a logarithmic number of times. Drops may cut a run in two,
/// which breaks the halving; so beyond {@link #RUN_COUNT_MAX} runs, the two neighbours that are cheapest to merge are.
final class LayerDraft implements AutoCloseable {
    private static final int RUN_COUNT_MAX = 16;

    /// A slice smaller than this part of its columns moves to columns of its own size.
    private static final int USED_PART_MIN = 4;

    /// Columns up to this many rows are not worth moving out of.
    private static final int ROWS_WORTH_MOVING = 64;

    private final BufferMemory memory;
    private final List<Run> runs = new ArrayList<>();
    private final List<Shared> made = new ArrayList<>();
    private ErasedRanges erased;

    LayerDraft(BufferMemory memory, Layer from) {
        this.memory = memory;
        this.erased = from.erased();
        for (int i = 0; i < from.runCount(); i++) {
            runs.add(from.run(i));
        }
    }

    BufferMemory memory() {
        return memory;
    }

    /// Lets go of `shared` when this draft is closed.
    <T extends Shared> T own(T shared) {
        made.add(shared);
        return shared;
    }

    /// Adds a batch of at least one point.
    ///
    /// @return the new rows, sorted by time, before any merge with others
    Run insert(PointColumns points, MergePolicy policy) {
        Runs.Order order = Runs.Order.of(points);
        Run newest = runs.isEmpty() ? null : runs.getLast();
        Run grown;
        if (newest != null && order.sorted() && newest.isOpen() && newest.lastTime() <= points.time(0)) {
            Run open = Runs.fits(newest, points.count()) ? newest : own(Runs.grown(memory, newest, points.count()));
            grown = Runs.appended(open, points, policy, order);
            runs.set(runs.size() - 1, grown);
        } else {
            grown = own(Runs.ofBatch(memory, points, policy, order));
            runs.add(grown);
        }
        Run added = grown.slice(grown.until() - points.count(), grown.until());
        mergeWhereUneven();
        return added;
    }

    /// Drops this layer's own operations in `range` and erases what lies below.
    void erase(TimeRange range) {
        drop(range);
        erased = erased.with(range, this);
    }

    /// Forgets that this layer ever did anything in `range`: what lies below shows again.
    void restore(TimeRange range) {
        drop(range);
        erased = erased.without(range, this);
    }

    private void drop(TimeRange range) {
        List<Run> before = List.copyOf(runs);
        runs.clear();
        for (Run run : before) {
            int from = run.lowerBound(range.from());
            int until = run.lowerBound(range.until());
            if (from == until) {
                runs.add(run);
                continue;
            }
            keep(run, run.from(), from);
            keep(run, until, run.until());
        }
        mergeWhereMany();
    }

    private void keep(Run run, int from, int until) {
        if (from < until) {
            Run slice = run.slice(from, until);
            int capacity = run.columns().capacity();
            boolean sparse = slice.count() < capacity / USED_PART_MIN && capacity > ROWS_WORTH_MOVING;
            runs.add(sparse ? own(Runs.grown(memory, slice, 0)) : slice);
        }
    }

    private void mergeWhereUneven() {
        while (runs.size() >= 2) {
            int last = runs.size() - 1;
            if (runs.get(last - 1).count() >= 2 * (long) runs.get(last).count()) {
                break;
            }
            mergeAt(last - 1);
        }
        mergeWhereMany();
    }

    private void mergeWhereMany() {
        while (runs.size() > RUN_COUNT_MAX) {
            int cheapest = 0;
            for (int i = 1; i + 1 < runs.size(); i++) {
                if (pairCount(i) < pairCount(cheapest)) {
                    cheapest = i;
                }
            }
            mergeAt(cheapest);
        }
    }

    private long pairCount(int index) {
        return (long) runs.get(index).count() + runs.get(index + 1).count();
    }

    private void mergeAt(int index) {
        Run merged = own(Runs.merged(memory, runs.get(index), runs.get(index + 1)));
        runs.set(index, merged);
        runs.remove(index + 1);
    }

    private Run own(Run run) {
        own(run.columns());
        return run;
    }

    Layer finish() {
        return new Layer(runs, erased);
    }

    @Override
    public void close() {
        made.forEach(Shared::release);
        made.clear();
    }
}
