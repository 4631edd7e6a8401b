package io.distil.storage.tree;

import io.distil.base.StatisticsAccumulator;
import io.distil.base.Times;
import io.distil.storage.codec.LeafPoints;

import java.lang.foreign.MemorySegment;

/// Statistics of the parts of a leaf, as if they were entries of a node: for windows that are narrower than a leaf and still
/// hold many points. Not on the disk; made from the points and kept by {@link LeafPartsCache}. Never changes.
///
/// A part is an aligned eighth of the narrowest aligned span around the leaf's points, so that an aligned window that is not
/// narrower holds it whole or not at all. Parts without points are left out.
///
/// Without them a thousand windows of half a leaf each decode every point they cover: 5.0 ms through a daemon, where these
/// make it 0.3.
///
/// @param page the parts' entries, laid out by {@link EntryDescriptor}; they name no block
record LeafParts(MemorySegment page, int count) {
    /// Halvings from the leaf to its parts. One more would save decoding for windows half as wide, and double the memory.
    private static final int HALVINGS = 3;

    private static final int COUNT_MAX = 1 << HALVINGS;

    static LeafParts of(LeafPoints points) {
        int pointCount = points.count();
        long[] times = points.times();
        int partLog2 = partLog2(times[0], times[pointCount - 1]);
        MemorySegment entries = MemorySegment.ofArray(new byte[COUNT_MAX * EntryDescriptor.ENTRY_BYTES]);
        StatisticsAccumulator sum = new StatisticsAccumulator();
        int count = 0;
        for (int from = 0; from < pointCount; count++) {
            long end = Times.alignDown(times[from], partLog2) + (1L << partLog2);
            int until = from + 1;
            while (until < pointCount && times[until] < end) {
                until++;
            }
            sum.reset();
            sum.addAll(points.values(), from, until);
            EntryDescriptor.encodePart(times[from], times[until - 1], sum, entries, count);
            from = until;
        }
        MemorySegment page = MemorySegment.ofArray(new byte[count * EntryDescriptor.ENTRY_BYTES]);
        return new LeafParts(page.copyFrom(entries.asSlice(0, page.byteSize())), count);
    }

    /// An eighth of the narrowest aligned span that holds both times.
    private static int partLog2(long first, long last) {
        int spanLog2 = Long.SIZE - Long.numberOfLeadingZeros(first - Times.MIN ^ last - Times.MIN);
        return Math.max(0, spanLog2 - HALVINGS);
    }

    /// True if the parts of a leaf with these times are aligned spans of at most 2^widthLog2.
    static boolean fit(long first, long last, int widthLog2) {
        return first < last && partLog2(first, last) <= widthLog2;
    }
}
