package io.distil.storage.codec;

import java.util.Arrays;

/// Points in two growing arrays, sorted by time: the form in which leaves are decoded, merged and encoded. Reused by its
/// owner thread; grows, never shrinks.
public final class LeafPoints {
    private long[] times;
    private double[] values;
    private int count;

    public LeafPoints(int capacity) {
        times = new long[capacity];
        values = new double[capacity];
    }

    public int count() {
        return count;
    }

    public void setCount(int newCount) {
        count = newCount;
    }

    public void clear() {
        count = 0;
    }

    /// The times; only the first {@link #count} mean anything. A new array after growth: do not keep it.
    public long[] times() {
        return times;
    }

    /// The values, as for {@link #times}.
    public double[] values() {
        return values;
    }

    public void ensureCapacity(int capacity) {
        if (capacity > times.length) {
            int grown = Math.max(capacity, times.length + (times.length >> 1));
            times = Arrays.copyOf(times, grown);
            values = Arrays.copyOf(values, grown);
        }
    }

    public void append(long time, double value) {
        ensureCapacity(count + 1);
        times[count] = time;
        values[count] = value;
        count++;
    }

    public void appendAll(LeafPoints other, int from, int until) {
        int n = until - from;
        ensureCapacity(count + n);
        System.arraycopy(other.times, from, times, count, n);
        System.arraycopy(other.values, from, values, count, n);
        count += n;
    }

    /// The first index whose time is at least `time`, in 0..count.
    public int lowerBound(long time) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (times[middle] < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
