package io.distil.storage.segment;

/// What a block store has done since it was opened.
///
/// @param hits reads answered from memory
/// @param misses reads that found the block not in the cache
/// @param blocksRead blocks read from disk and checked; fewer than misses where readers met at one block
/// @param bytesRead from disk, in whole pages
/// @param blocksWritten blocks taken from the writer
/// @param bytesWritten in segment files, headers and padding included
/// @param cachedBytes off-heap memory the cache holds now
public record BlockStoreStatistics(
        long hits,
        long misses,
        long blocksRead,
        long bytesRead,
        long blocksWritten,
        long bytesWritten,
        long cachedBytes) {
    /// All reads.
    public long reads() {
        return hits + misses;
    }
}
