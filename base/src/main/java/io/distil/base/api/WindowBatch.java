package io.distil.base.api;

import io.distil.base.BrokenInvariant;
import io.distil.base.StatisticsAccumulator;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;

/// Room for `capacity` windows in six off-heap columns of little-endian 64-bit numbers: start, count, min, mean, max and
/// standard deviation. One owner thread.
public final class WindowBatch implements AutoCloseable {
    /// The columns in their order, on the wire as in memory.
    public enum Column {
        START,
        COUNT,
        MIN,
        MEAN,
        MAX,
        STDDEV
    }

    public static final int COLUMN_COUNT = Column.values().length;

    private final int capacity;
    private final MemorySegment memory;
    private int count;
    private boolean closed;

    public WindowBatch(int capacity) {
        this.capacity = capacity;
        this.memory = OffHeap.allocate(MemoryOwner.BATCHES, 8L * COLUMN_COUNT * capacity);
    }

    public int capacity() {
        return capacity;
    }

    public int count() {
        return count;
    }

    public void setCount(int newCount) {
        BrokenInvariant.check(newCount >= 0 && newCount <= capacity, "count " + newCount + " of " + capacity);
        count = newCount;
    }

    public void clear() {
        count = 0;
    }

    public boolean isFull() {
        return count == capacity;
    }

    /// Appends the window that starts at `start` and holds what was accumulated.
    public void append(long start, StatisticsAccumulator window) {
        append(start, window.count(), window.min(), window.mean(), window.max(), window.stddev());
    }

    public void append(long start, long points, double min, double mean, double max, double stddev) {
        BrokenInvariant.check(count < capacity, "the batch holds its " + capacity + " windows already");
        memory.set(Layouts.LONG, offset(Column.START, count), start);
        memory.set(Layouts.LONG, offset(Column.COUNT, count), points);
        memory.set(Layouts.DOUBLE, offset(Column.MIN, count), min);
        memory.set(Layouts.DOUBLE, offset(Column.MEAN, count), mean);
        memory.set(Layouts.DOUBLE, offset(Column.MAX, count), max);
        memory.set(Layouts.DOUBLE, offset(Column.STDDEV, count), stddev);
        count++;
    }

    public long start(int index) {
        return memory.get(Layouts.LONG, offset(Column.START, index));
    }

    public long points(int index) {
        return memory.get(Layouts.LONG, offset(Column.COUNT, index));
    }

    public double min(int index) {
        return memory.get(Layouts.DOUBLE, offset(Column.MIN, index));
    }

    public double mean(int index) {
        return memory.get(Layouts.DOUBLE, offset(Column.MEAN, index));
    }

    public double max(int index) {
        return memory.get(Layouts.DOUBLE, offset(Column.MAX, index));
    }

    public double stddev(int index) {
        return memory.get(Layouts.DOUBLE, offset(Column.STDDEV, index));
    }

    /// One whole column, `8 * capacity` bytes.
    public MemorySegment column(Column column) {
        return memory.asSlice(8L * column.ordinal() * capacity, 8L * capacity);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            OffHeap.free(MemoryOwner.BATCHES, memory);
        }
    }

    private long offset(Column column, int index) {
        return 8L * ((long) column.ordinal() * capacity + index);
    }
}
