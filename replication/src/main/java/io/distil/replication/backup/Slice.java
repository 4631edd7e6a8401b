package io.distil.replication.backup;

import io.distil.base.api.KeyRange;
import io.distil.base.api.StreamKey;

import java.nio.ByteBuffer;
import java.util.List;

/// A share of the work, of about the size of a part: ranges of one item or of several, worked off one after the other.
record Slice(List<Piece> pieces) {
    /// A range of an item: keys of a table; of a stream, times as 8 bytes, see {@link #timeKey}.
    ///
    /// @param item its index in the plan
    record Piece(int item, KeyRange range) {}

    Slice {
        pieces = List.copyOf(pieces);
    }

    /// A time as bytes that sort as times do, as in {@link StreamKey}.
    static byte[] timeKey(long time) {
        return ByteBuffer.allocate(Long.BYTES).putLong(time ^ Long.MIN_VALUE).array();
    }

    static long time(byte[] key) {
        return ByteBuffer.wrap(key).getLong() ^ Long.MIN_VALUE;
    }
}
