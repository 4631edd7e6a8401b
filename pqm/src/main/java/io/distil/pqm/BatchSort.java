package io.distil.pqm;

import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointColumns;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;

/// Sorts a batch by time, equal times staying in their order: insertion sort of short blocks, then merges of doubling width
/// between two off-heap areas, where two neighbours already in order are copied as one. So a batch with a few stragglers
/// costs little more than copies, and none costs more than n log n.
///
/// Nothing is allocated on the heap.
final class BatchSort implements AutoCloseable {
    private static final int BLOCK_POINTS = 16;

    private final int count;
    private final MemorySegment memory;
    private MemorySegment times;
    private MemorySegment values;
    private MemorySegment otherTimes;
    private MemorySegment otherValues;

    private BatchSort(PointColumns points) {
        count = points.count();
        long columnBytes = 8L * count;
        memory = OffHeap.allocate(MemoryOwner.PQM, 4 * columnBytes);
        times = memory.asSlice(0, columnBytes);
        values = memory.asSlice(columnBytes, columnBytes);
        otherTimes = memory.asSlice(2 * columnBytes, columnBytes);
        otherValues = memory.asSlice(3 * columnBytes, columnBytes);
        times.copyFrom(points.times());
        values.copyFrom(points.values());
    }

    static void sortInto(RunColumns columns, PointColumns points, MergePolicy policy) {
        try (BatchSort sort = new BatchSort(points)) {
            sort.sort();
            columns.append(sort.times, sort.values, sort.count, (byte) policy.number());
        }
    }

    private void sort() {
        for (int from = 0; from < count; from += BLOCK_POINTS) {
            sortBlock(from, Math.min(count, from + BLOCK_POINTS));
        }
        for (long width = BLOCK_POINTS; width < count; width *= 2) {
            for (long from = 0; from < count; from += 2 * width) {
                merge((int) from, (int) Math.min(count, from + width), (int) Math.min(count, from + 2 * width));
            }
            swapAreas();
        }
    }

    private void sortBlock(int from, int until) {
        for (int i = from + 1; i < until; i++) {
            long time = time(i);
            if (time(i - 1) <= time) {
                continue;
            }
            long value = values.get(Layouts.LONG, 8L * i);
            int to = i;
            do {
                times.set(Layouts.LONG, 8L * to, time(to - 1));
                values.set(Layouts.LONG, 8L * to, values.get(Layouts.LONG, 8L * (to - 1)));
                to--;
            } while (to > from && time(to - 1) > time);
            times.set(Layouts.LONG, 8L * to, time);
            values.set(Layouts.LONG, 8L * to, value);
        }
    }

    private void merge(int from, int middle, int until) {
        if (middle == until || time(middle - 1) <= time(middle)) {
            copy(from, until, from);
            return;
        }
        int a = from;
        int b = middle;
        int to = from;
        while (a < middle && b < until) {
            long timeA = time(a);
            long timeB = time(b);
            if (timeA <= timeB) {
                otherTimes.set(Layouts.LONG, 8L * to, timeA);
                otherValues.set(Layouts.LONG, 8L * to, values.get(Layouts.LONG, 8L * a++));
            } else {
                otherTimes.set(Layouts.LONG, 8L * to, timeB);
                otherValues.set(Layouts.LONG, 8L * to, values.get(Layouts.LONG, 8L * b++));
            }
            to++;
        }
        copy(a, middle, to);
        copy(b, until, to + middle - a);
    }

    private void copy(int from, int until, int to) {
        MemorySegment.copy(times, 8L * from, otherTimes, 8L * to, 8L * (until - from));
        MemorySegment.copy(values, 8L * from, otherValues, 8L * to, 8L * (until - from));
    }

    private void swapAreas() {
        MemorySegment t = times;
        times = otherTimes;
        otherTimes = t;
        MemorySegment v = values;
        values = otherValues;
        otherValues = v;
    }

    private long time(int index) {
        return times.get(Layouts.LONG, 8L * index);
    }

    @Override
    public void close() {
        OffHeap.free(MemoryOwner.PQM, memory);
    }
}
