package io.distil.storage.segment;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a walk through a segment found.
///
/// @param segmentNumber its number
/// @param fileBytes length of the file
/// @param blockCounts whole blocks of each kind
/// @param bodyBytes sum of their bodies
/// @param gaps where there is something that is no whole block, in the order of their offsets. Behind what the last
///     checkpoint refers to, this is what a crash leaves and means nothing.
public record SegmentSummary(
        int segmentNumber, long fileBytes, Map<BlockKind, Long> blockCounts, long bodyBytes, List<Gap> gaps) {
    /// Bytes `[from, until)` of the file, and what is wrong at their beginning.
    public record Gap(long from, long until, String reason) {}

    public SegmentSummary {
        blockCounts = Collections.unmodifiableMap(new TreeMap<>(blockCounts));
        gaps = List.copyOf(gaps);
    }

    public long blockCount() {
        return blockCounts.values().stream().mapToLong(Long::longValue).sum();
    }
}
