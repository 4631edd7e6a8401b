package io.distil.storage.codec;

/// The times of a chunk, and what several schemes want to know of them. Reused; one owner thread.
///
/// The **unit** is the largest number of nanoseconds that divides all differences: times kept in whole seconds, milliseconds
/// or minutes then cost no more than the numbers of those.
final class TimeChunk {
    private static final int UNIT_SAMPLE_COUNT = 16;

    private final long[] times = new long[Chunk.POINT_COUNT_MAX];
    private final long[] differences = new long[Chunk.POINT_COUNT_MAX];
    private int count;
    private long unit;
    private boolean periodic;

    /// @param newCount at least 1
    void load(long[] source, int from, int newCount) {
        count = newCount;
        System.arraycopy(source, from, times, 0, count);
        for (int i = 0; i < count - 1; i++) {
            differences[i] = times[i + 1] - times[i];
        }
        periodic = areAlike();
        unit = periodic ? 1 : commonUnit();
        if (unit > 1) {
            for (int i = 0; i < count - 1; i++) {
                differences[i] /= unit;
            }
        }
    }

    int count() {
        return count;
    }

    long[] times() {
        return times;
    }

    long first() {
        return times[0];
    }

    /// True if all differences are equal; the unit is 1 then.
    boolean isPeriodic() {
        return periodic;
    }

    /// Nanoseconds, at least 1.
    long unit() {
        return unit;
    }

    /// `count - 1` differences in units, none negative.
    long[] differences() {
        return differences;
    }

    private boolean areAlike() {
        long unlike = 0;
        for (int i = 1; i < count - 1; i++) {
            unlike |= differences[i] ^ differences[0];
        }
        return unlike == 0;
    }

    private long commonUnit() {
        long common = 0;
        int step = Math.max(1, (count - 1) / UNIT_SAMPLE_COUNT);
        for (int i = 0; i < count - 1 && common != 1; i += step) {
            common = commonDivisor(common, differences[i]);
        }
        // Zero after a sample of nothing but repeated times: the whole column has to tell.
        if (common != 1) {
            for (int i = 0; i < count - 1 && common != 1; i++) {
                common = commonDivisor(common, differences[i]);
            }
        }
        return common;
    }

    private static long commonDivisor(long a, long b) {
        long larger = b;
        long smaller = a;
        while (smaller != 0) {
            long rest = larger % smaller;
            larger = smaller;
            smaller = rest;
        }
        return larger;
    }
}
