package io.distil.base.api;

import io.distil.base.BrokenInvariant;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;

/// Room for `capacity` points in off-heap columns, filled from the front. One owner thread; {@link #close} gives the memory
/// back.
public final class PointBatch implements AutoCloseable {
    private final int capacity;
    private final MemorySegment memory;
    private final MemorySegment times;
    private final MemorySegment values;
    private int count;
    private boolean closed;

    public PointBatch(int capacity) {
        this.capacity = capacity;
        this.memory = OffHeap.allocate(MemoryOwner.BATCHES, 16L * capacity);
        this.times = memory.asSlice(0, 8L * capacity);
        this.values = memory.asSlice(8L * capacity, 8L * capacity);
    }

    public int capacity() {
        return capacity;
    }

    public int count() {
        return count;
    }

    /// Says that the first `newCount` rows of the columns have been filled directly.
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

    public PointBatch append(long time, double value) {
        BrokenInvariant.check(count < capacity, "the batch holds its " + capacity + " points already");
        times.set(Layouts.LONG, 8L * count, time);
        values.set(Layouts.DOUBLE, 8L * count, value);
        count++;
        return this;
    }

    public long time(int index) {
        return times.get(Layouts.LONG, 8L * index);
    }

    public double value(int index) {
        return values.get(Layouts.DOUBLE, 8L * index);
    }

    /// The whole column of times, `8 * capacity` bytes.
    public MemorySegment times() {
        return times;
    }

    /// The whole column of values, `8 * capacity` bytes.
    public MemorySegment values() {
        return values;
    }

    /// The points appended so far, as a view of this batch's memory.
    public PointColumns columns() {
        return new PointColumns(times, values, count);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            OffHeap.free(MemoryOwner.BATCHES, memory);
        }
    }
}
