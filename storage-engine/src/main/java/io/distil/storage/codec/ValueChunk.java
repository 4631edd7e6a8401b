package io.distil.storage.codec;

/// The values of a chunk, as doubles and as their bits. Reused; one owner thread.
final class ValueChunk {
    private final double[] values = new double[Chunk.POINT_COUNT_MAX];
    private final long[] bits = new long[Chunk.POINT_COUNT_MAX];
    private int count;

    /// @param newCount at least 1
    void load(double[] source, int from, int newCount) {
        count = newCount;
        System.arraycopy(source, from, values, 0, count);
        for (int i = 0; i < count; i++) {
            bits[i] = Double.doubleToRawLongBits(values[i]);
        }
    }

    int count() {
        return count;
    }

    double[] values() {
        return values;
    }

    long[] bits() {
        return bits;
    }

    /// Bits as integers in the order of the doubles: neighbours of equal sign and exponent are near each other, and so are
    /// those on both sides of a power of two. Its own inverse.
    static long ordered(long bits) {
        return bits ^ ((bits >> (Long.SIZE - 1)) >>> 1);
    }
}
