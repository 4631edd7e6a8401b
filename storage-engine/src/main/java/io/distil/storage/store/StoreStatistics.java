package io.distil.storage.store;

import io.distil.storage.segment.BlockStoreStatistics;

/// How a store uses its space, and how its blocks are read. What series refer to is counted by whoever keeps their roots.
///
/// @param checkpointSequence number of the last checkpoint
/// @param segmentBytes of all segment files at that checkpoint, headers and padding included
/// @param keyedBytes bodies of the blocks that its keyed tree refers to
/// @param keyedEntryCount keys in it
/// @param blocks reads and writes since the store was opened
public record StoreStatistics(
        long checkpointSequence,
        long segmentBytes,
        long keyedBytes,
        long keyedEntryCount,
        BlockStoreStatistics blocks) {}
