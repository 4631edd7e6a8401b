package io.distil.storage.codec;

/// How many points are encoded together. A leaf is a row of chunks; all but the last are full.
final class Chunk {
    /// The usual leaf is one chunk. Few enough that a column and what is made of it stay in the cache nearest to the core,
    /// and that a raw column's length fits two bytes.
    static final int POINT_COUNT_MAX = 2048;

    /// A scheme byte and the numbers as they are: no column is longer.
    static final int COLUMN_BYTES_MAX = 1 + POINT_COUNT_MAX * Long.BYTES;

    private Chunk() {}

    /// The length that is never exceeded by a column of `count` numbers.
    static int columnBytesMax(int count) {
        return 1 + count * Long.BYTES;
    }
}
