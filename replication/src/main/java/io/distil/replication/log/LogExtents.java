package io.distil.replication.log;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// Where the groups of a log lie, by the position of their first entry. Added to by the log's owner, read by any thread.
final class LogExtents {
    /// A group on disk.
    ///
    /// @param firstPosition of its entries
    /// @param offset in the segment's file
    /// @param bytes whole pages
    record Extent(long firstPosition, LogSegment segment, long offset, long bytes) {}

    private final ConcurrentSkipListMap<Long, Extent> byFirstPosition = new ConcurrentSkipListMap<>();

    void add(long firstPosition, LogSegment segment, long offset, long bytes) {
        byFirstPosition.put(firstPosition, new Extent(firstPosition, segment, offset, bytes));
    }

    /// The group that holds `position`, or null if it was released or never written.
    Extent find(long position) {
        Map.Entry<Long, Extent> found = byFirstPosition.floorEntry(position);
        return found == null ? null : found.getValue();
    }

    /// Forgets the groups before `position`, which begins a segment.
    void release(long position) {
        byFirstPosition.headMap(position).clear();
    }
}
