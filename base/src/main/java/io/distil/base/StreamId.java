package io.distil.base;

import java.util.UUID;

/// The name of a stream: a 128-bit UUID, ordered as unsigned bytes (the order of its text).
public record StreamId(long high, long low) implements Comparable<StreamId> {
    /// Bytes of an id on disk and on the wire: `high`, then `low`.
    public static final int BYTES = 16;

    public static StreamId of(UUID uuid) {
        return new StreamId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    public static StreamId parse(String text) {
        try {
            UUID uuid = UUID.fromString(text);
            if (text.length() != 36) {
                throw new IllegalArgumentException();
            }
            return of(uuid);
        } catch (IllegalArgumentException e) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "'" + text + "' is not a UUID");
        }
    }

    public UUID uuid() {
        return new UUID(high, low);
    }

    @Override
    public int compareTo(StreamId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return uuid().toString();
    }
}
