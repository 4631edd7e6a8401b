package io.distil.base.api;

import io.distil.base.StreamId;

import java.nio.ByteBuffer;

/// The place of a stream's point in the ordered space of all streams: 16 bytes of the UUID, big-endian, then the time with
/// its sign bit flipped, big-endian, so that the order of bytes is that of (UUID, time).
public final class StreamKey {
    public static final int BYTES = StreamId.BYTES + Long.BYTES;

    private StreamKey() {}

    public static byte[] of(StreamId id, long time) {
        return ByteBuffer.allocate(BYTES).putLong(id.high()).putLong(id.low()).putLong(time ^ Long.MIN_VALUE).array();
    }

    /// The least key of a stream.
    public static byte[] first(StreamId id) {
        return of(id, Long.MIN_VALUE);
    }
}
