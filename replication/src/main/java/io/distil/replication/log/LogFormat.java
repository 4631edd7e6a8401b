package io.distil.replication.log;

import io.distil.base.Checksum;
import io.distil.base.memory.Layouts;

import java.lang.foreign.MemorySegment;

/// The only code that knows where the fields of segment and group headers lie; the tables are in the package's description.
final class LogFormat {
    static final int PAGE_BYTES = 4096;
    static final int FORMAT_VERSION = 1;

    static final int GROUP_HEADER_BYTES = 32;
    static final int ENTRY_HEADER_BYTES = 8;

    private static final long SEGMENT_MAGIC = 0x31474F4C4C545344L;
    private static final int GROUP_MAGIC = 0x50474C44;

    private static final int SEGMENT_VERSION = 8;
    private static final int SEGMENT_CRC = 12;
    private static final int SEGMENT_NUMBER = 16;
    private static final int SEGMENT_FIRST_POSITION = 24;
    private static final int SEGMENT_HEADER_BYTES = 32;

    private static final int GROUP_CRC = 4;
    private static final int GROUP_SEGMENT_NUMBER = 8;
    private static final int GROUP_FIRST_POSITION = 16;
    private static final int GROUP_ENTRY_COUNT = 24;
    private static final int GROUP_ENTRIES_BYTES = 28;

    private LogFormat() {}

    static void putSegmentHeader(MemorySegment page, long segmentNumber, long firstPosition, Checksum checksum) {
        page.asSlice(0, PAGE_BYTES).fill((byte) 0);
        page.set(Layouts.LONG, 0, SEGMENT_MAGIC);
        page.set(Layouts.INT, SEGMENT_VERSION, FORMAT_VERSION);
        page.set(Layouts.LONG, SEGMENT_NUMBER, segmentNumber);
        page.set(Layouts.LONG, SEGMENT_FIRST_POSITION, firstPosition);
        page.set(Layouts.INT, SEGMENT_CRC, segmentCrc(page, checksum));
    }

    /// True if no segment header was ever written here.
    static boolean isBlank(MemorySegment page) {
        for (long offset = 0; offset < SEGMENT_HEADER_BYTES; offset += Long.BYTES) {
            if (page.get(Layouts.LONG, offset) != 0) {
                return false;
            }
        }
        return true;
    }

    static boolean hasSegmentMagic(MemorySegment page) {
        return page.get(Layouts.LONG, 0) == SEGMENT_MAGIC;
    }

    static boolean isSegmentHeaderWhole(MemorySegment page, Checksum checksum) {
        return page.get(Layouts.INT, SEGMENT_CRC) == segmentCrc(page, checksum);
    }

    static int segmentVersion(MemorySegment page) {
        return page.get(Layouts.INT, SEGMENT_VERSION);
    }

    static long segmentNumber(MemorySegment page) {
        return page.get(Layouts.LONG, SEGMENT_NUMBER);
    }

    static long segmentFirstPosition(MemorySegment page) {
        return page.get(Layouts.LONG, SEGMENT_FIRST_POSITION);
    }

    static int segmentCrc(MemorySegment page, Checksum checksum) {
        return checksum.reset()
                .add(page, 0, SEGMENT_CRC)
                .add(page, SEGMENT_NUMBER, SEGMENT_HEADER_BYTES - SEGMENT_NUMBER)
                .value();
    }

    static void putGroupHeader(
            MemorySegment group,
            long segmentNumber,
            long firstPosition,
            int entryCount,
            int entriesBytes,
            Checksum checksum) {
        group.set(Layouts.INT, 0, GROUP_MAGIC);
        group.set(Layouts.LONG, GROUP_SEGMENT_NUMBER, segmentNumber);
        group.set(Layouts.LONG, GROUP_FIRST_POSITION, firstPosition);
        group.set(Layouts.INT, GROUP_ENTRY_COUNT, entryCount);
        group.set(Layouts.INT, GROUP_ENTRIES_BYTES, entriesBytes);
        group.set(Layouts.INT, GROUP_CRC, groupCrc(group, entriesBytes, checksum));
    }

    /// True if a group of this segment may begin here; its entries are not looked at.
    static boolean looksLikeGroup(MemorySegment group, long segmentNumber, long bytesLeft) {
        int entriesBytes = group.get(Layouts.INT, GROUP_ENTRIES_BYTES);
        return group.get(Layouts.INT, 0) == GROUP_MAGIC
                && group.get(Layouts.LONG, GROUP_SEGMENT_NUMBER) == segmentNumber
                && group.get(Layouts.INT, GROUP_ENTRY_COUNT) > 0
                && entriesBytes > 0
                && groupPages(entriesBytes) <= bytesLeft;
    }

    static boolean isGroupWhole(MemorySegment group, Checksum checksum) {
        return group.get(Layouts.INT, GROUP_CRC) == groupCrc(group, groupEntriesBytes(group), checksum);
    }

    static long groupFirstPosition(MemorySegment group) {
        return group.get(Layouts.LONG, GROUP_FIRST_POSITION);
    }

    static int groupEntryCount(MemorySegment group) {
        return group.get(Layouts.INT, GROUP_ENTRY_COUNT);
    }

    static int groupEntriesBytes(MemorySegment group) {
        return group.get(Layouts.INT, GROUP_ENTRIES_BYTES);
    }

    /// Bytes of a group on disk: header, entries and padding to whole pages.
    static long groupPages(int entriesBytes) {
        return ((long) GROUP_HEADER_BYTES + entriesBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /// Bytes an entry takes in a group: length, content and padding.
    static int entryBytes(int contentBytes) {
        return ENTRY_HEADER_BYTES + (contentBytes + 7) / 8 * 8;
    }

    private static int groupCrc(MemorySegment group, int entriesBytes, Checksum checksum) {
        return checksum.reset()
                .add(group, GROUP_SEGMENT_NUMBER, GROUP_HEADER_BYTES - GROUP_SEGMENT_NUMBER + (long) entriesBytes)
                .value();
    }
}
