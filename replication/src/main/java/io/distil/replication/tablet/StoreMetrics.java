package io.distil.replication.tablet;

/// What a store has done since it was opened, and holds now.
///
/// @param bufferedBytes off-heap bytes of points that are not in a tree yet
/// @param logRetainedBytes log that would be replayed after a crash now
/// @param failed true when the store only answers reads
public record StoreMetrics(
        long streams,
        long mutations,
        long points,
        long refused,
        long commits,
        long checkpoints,
        long bufferedBytes,
        long logRetainedBytes,
        long segmentBytes,
        long blockReads,
        long blockMisses,
        boolean failed) {}
