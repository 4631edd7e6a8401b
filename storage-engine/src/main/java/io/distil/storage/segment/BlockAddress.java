package io.distil.storage.segment;

import io.distil.base.BrokenInvariant;

/// A block's address: the segment's number in the upper 24 bits, the byte offset in its file in the lower 40. Used
/// once: no segment is ever rewritten.
final class BlockAddress {
    static final int SEGMENT_NUMBER_MAX = (1 << 24) - 1;
    static final long OFFSET_MAX = (1L << 40) - 1;
    private static final int OFFSET_BITS = 40;

    private BlockAddress() {}

    static long of(int segmentNumber, long offset) {
        BrokenInvariant.check(
                segmentNumber >= 0 && segmentNumber <= SEGMENT_NUMBER_MAX && offset >= 0 && offset <= OFFSET_MAX,
                "no address for offset " + offset + " of segment " + segmentNumber);
        return (long) segmentNumber << OFFSET_BITS | offset;
    }

    static int segmentNumber(long address) {
        return (int) (address >>> OFFSET_BITS);
    }

    static long offset(long address) {
        return address & OFFSET_MAX;
    }
}
