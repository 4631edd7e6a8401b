package io.distil.replication.backup;

import io.distil.base.api.PointBatch;
import io.distil.base.memory.MemoryWriter;

import java.util.Arrays;

/// Points in time order, on the heap; grows. One owner thread.
final class PointList {
    private long[] times = new long[1 << 10];
    private long[] valueBits = new long[1 << 10];
    private int count;

    int count() {
        return count;
    }

    long time(int index) {
        return times[index];
    }

    void add(PointBatch batch) {
        int sum = count + batch.count();
        if (sum > times.length) {
            times = Arrays.copyOf(times, Math.max(sum, 2 * times.length));
            valueBits = Arrays.copyOf(valueBits, times.length);
        }
        for (int i = 0; i < batch.count(); i++) {
            times[count] = batch.time(i);
            valueBits[count++] = Double.doubleToRawLongBits(batch.value(i));
        }
    }

    /// The index of the first point that has the time of the last one.
    int beginOfLastTime() {
        int index = count - 1;
        while (index > 0 && times[index - 1] == times[count - 1]) {
            index--;
        }
        return index;
    }

    void removeFirst(int removed) {
        System.arraycopy(times, removed, times, 0, count - removed);
        System.arraycopy(valueBits, removed, valueBits, 0, count - removed);
        count -= removed;
    }

    /// Writes the times of the first points, then their values.
    void write(MemoryWriter writer, int writtenCount) {
        for (int i = 0; i < writtenCount; i++) {
            writer.i64(times[i]);
        }
        for (int i = 0; i < writtenCount; i++) {
            writer.i64(valueBits[i]);
        }
    }
}
