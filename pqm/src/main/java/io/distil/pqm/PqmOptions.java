package io.distil.pqm;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

/// When buffers are flushed, and how much memory they and their history may take.
///
/// @param flushPointsMax a stream with this many buffered operations is flushed first
/// @param flushAgeNanosMax a stream whose oldest buffered mutation is this old is flushed next
/// @param bufferBytesMax with this many bytes held, no more mutations should be admitted
/// @param bufferBytesHigh above this many bytes that a flush could set free, the largest streams are flushed …
/// @param bufferBytesLow … until no more than this many are left
/// @param historyBytesPerStreamMax change history kept for the built commits of one stream
/// @param historyBytesMax change history kept for the built commits of all streams
public record PqmOptions(
        int flushPointsMax,
        long flushAgeNanosMax,
        long bufferBytesMax,
        long bufferBytesHigh,
        long bufferBytesLow,
        long historyBytesPerStreamMax,
        long historyBytesMax) {
    /// 65,536 operations are about 1.1 MB, and some thirty tree leaves written at once.
    private static final int FLUSH_POINTS_DEFAULT = 1 << 16;

    private static final long FLUSH_AGE_NANOS_DEFAULT = 60_000_000_000L;
    private static final long HISTORY_BYTES_PER_STREAM_DEFAULT = 64 << 10;

    public PqmOptions {
        check(flushPointsMax > 0, "flushPointsMax", flushPointsMax, "at least 1");
        check(flushAgeNanosMax > 0, "flushAgeNanosMax", flushAgeNanosMax, "at least 1");
        check(bufferBytesLow >= 0, "bufferBytesLow", bufferBytesLow, "not negative");
        check(bufferBytesHigh >= bufferBytesLow, "bufferBytesHigh", bufferBytesHigh, "at least bufferBytesLow");
        check(bufferBytesMax > bufferBytesHigh, "bufferBytesMax", bufferBytesMax, "more than bufferBytesHigh");
        check(historyBytesPerStreamMax >= 0, "historyBytesPerStreamMax", historyBytesPerStreamMax, "not negative");
        check(historyBytesMax >= 0, "historyBytesMax", historyBytesMax, "not negative");
    }

    /// Defaults under a budget: relief begins at half of it, so that what is being built has the other half, and a quarter of
    /// the budget comes on top for the history of built commits.
    public static PqmOptions withBudget(long bufferBytesMax) {
        return new PqmOptions(
                FLUSH_POINTS_DEFAULT,
                FLUSH_AGE_NANOS_DEFAULT,
                bufferBytesMax,
                bufferBytesMax / 2,
                bufferBytesMax / 3,
                HISTORY_BYTES_PER_STREAM_DEFAULT,
                bufferBytesMax / 4);
    }

    private static void check(boolean holds, String name, long found, String wanted) {
        if (!holds) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, name + " is " + found + ", not " + wanted);
        }
    }
}
