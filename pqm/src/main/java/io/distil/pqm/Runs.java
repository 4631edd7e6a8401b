package io.distil.pqm;

import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointColumns;

/// How runs are made: from a batch, from a batch behind a run, from two runs. Every method that returns a run on new columns
/// leaves the maker's hold on them with the caller.
final class Runs {
    /// Room a small run gets beyond its first batch.
    private static final int ROOM_ROWS_MIN = 16;

    private Runs() {}

    /// What one pass over a batch's times tells.
    record Order(boolean sorted, boolean timesDiffer) {
        static Order of(PointColumns points) {
            boolean sorted = true;
            boolean timesDiffer = true;
            long previous = points.time(0);
            for (int i = 1; i < points.count(); i++) {
                long time = points.time(i);
                sorted &= previous <= time;
                timesDiffer &= previous != time;
                previous = time;
            }
            return new Order(sorted, sorted && timesDiffer);
        }
    }

    /// A run of one batch. A sorted one gets room to grow: the next batch probably comes behind it.
    static Run ofBatch(BufferMemory memory, PointColumns points, MergePolicy policy, Order order) {
        int count = points.count();
        RunColumns columns = new RunColumns(memory, order.sorted() ? withRoom(count) : count);
        if (order.sorted()) {
            columns.append(points.times(), points.values(), count, (byte) policy.number());
        } else {
            BatchSort.sortInto(columns, points, policy);
        }
        return new Run(columns, 0, count, policy == MergePolicy.NEVER, order.timesDiffer());
    }

    static boolean fits(Run run, int count) {
        return run.columns().capacity() - run.until() >= count;
    }

    /// The open run, longer by a sorted batch that begins at or behind its end and fits.
    static Run appended(Run run, PointColumns points, MergePolicy policy, Order order) {
        boolean timesDiffer = run.timesDiffer() && order.timesDiffer() && run.lastTime() < points.time(0);
        run.columns().append(points.times(), points.values(), points.count(), (byte) policy.number());
        return new Run(
                run.columns(),
                run.from(),
                run.columns().used(),
                run.addsOnly() && policy == MergePolicy.NEVER,
                timesDiffer);
    }

    /// The same operations, folded, in columns with room for `count` more.
    static Run grown(BufferMemory memory, Run run, int count) {
        RunColumns columns = new RunColumns(memory, withRoom(run.count() + count));
        FoldingWriter writer = new FoldingWriter(columns);
        writer.addAll(run, run.from(), run.until());
        return trimmed(memory, writer.finish(run.addsOnly()), run.count(), count);
    }

    /// `folded`, or a copy in smaller columns if folding left out more than half: otherwise columns would grow with what was
    /// ever written, and not with what is left.
    private static Run trimmed(BufferMemory memory, Run folded, int countExpected, int room) {
        if (2 * folded.count() >= countExpected) {
            return folded;
        }
        RunColumns columns = new RunColumns(memory, withRoom(folded.count() + room));
        columns.append(folded.columns(), folded.from(), folded.until());
        folded.columns().release();
        return new Run(columns, 0, folded.count(), folded.addsOnly(), folded.timesDiffer());
    }

    /// The operations of two neighbours in age, folded.
    static Run merged(BufferMemory memory, Run older, Run newer) {
        RunColumns columns = new RunColumns(memory, older.count() + newer.count());
        FoldingWriter writer = new FoldingWriter(columns);
        int a = older.from();
        int b = newer.from();
        while (a < older.until() && b < newer.until()) {
            long timeA = older.columns().time(a);
            long timeB = newer.columns().time(b);
            if (timeA < timeB) {
                int end = older.columns().lowerBound(a, older.until(), timeB);
                writer.addAll(older, a, end);
                a = end;
            } else if (timeB < timeA) {
                int end = newer.columns().lowerBound(b, newer.until(), timeA);
                writer.addAll(newer, b, end);
                b = end;
            } else {
                a = addGroup(writer, older, a, timeA);
                b = addGroup(writer, newer, b, timeA);
            }
        }
        writer.addAll(older, a, older.until());
        writer.addAll(newer, b, newer.until());
        Run merged = writer.finish(older.addsOnly() && newer.addsOnly());
        return trimmed(memory, merged, older.count() + newer.count(), 0);
    }

    private static int addGroup(FoldingWriter writer, Run run, int from, long time) {
        RunColumns columns = run.columns();
        int row = from;
        while (row < run.until() && columns.time(row) == time) {
            writer.add(time, columns.valueBits(row), columns.policy(row));
            row++;
        }
        return row;
    }

    private static int withRoom(int count) {
        return count + Math.max(ROOM_ROWS_MIN, count >> 1);
    }
}
