package io.distil.storage.segment;

import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;

/// The first page of a segment file. Nothing else knows its bytes; their table is in the package's documentation.
final class SegmentHeader {
    /// One page, all of it under the checksum: what follows can be written without touching it.
    static final int BYTES = OffHeap.PAGE_BYTES;

    /// `DSEG`, as it stands in the file.
    static final int MAGIC = 0x47455344;

    private static final int FORMAT = 1;

    private static final long MAGIC_OFFSET = 0;
    private static final long FORMAT_OFFSET = 4;
    private static final long NUMBER_OFFSET = 8;
    private static final long CHECKSUM_OFFSET = 12;
    private static final long REST_OFFSET = 16;

    private SegmentHeader() {}

    /// Fills a page with the header.
    static void encode(MemorySegment page, int segmentNumber, Checksum checksum) {
        page.asSlice(0, BYTES).fill((byte) 0);
        page.set(Layouts.INT, MAGIC_OFFSET, MAGIC);
        page.set(Layouts.INT, FORMAT_OFFSET, FORMAT);
        page.set(Layouts.INT, NUMBER_OFFSET, segmentNumber);
        page.set(Layouts.INT, CHECKSUM_OFFSET, checksum(page, checksum));
    }

    /// @throws CorruptBlock naming the file and what differs
    /// @throws Refused `FORMAT_TOO_NEW` if it is whole, but of a format this program does not know
    static void check(MemorySegment page, String fileName, int segmentNumber, Checksum checksum) throws CorruptBlock {
        int magic = page.get(Layouts.INT, MAGIC_OFFSET);
        checkField(magic == MAGIC, "magic", magic, MAGIC, fileName);
        int stored = page.get(Layouts.INT, CHECKSUM_OFFSET);
        int computed = checksum(page, checksum);
        checkField(stored == computed, "checksum", stored, computed, fileName);
        int format = page.get(Layouts.INT, FORMAT_OFFSET);
        if (format > FORMAT) {
            throw new Refused(
                    ErrorCode.FORMAT_TOO_NEW,
                    fileName + " has segment format " + format + ", this program knows up to " + FORMAT);
        }
        checkField(format == FORMAT, "format", format, FORMAT, fileName);
        int number = page.get(Layouts.INT, NUMBER_OFFSET);
        checkField(number == segmentNumber, "segment number", number, segmentNumber, fileName);
    }

    private static int checksum(MemorySegment page, Checksum checksum) {
        return checksum.reset().add(page, 0, CHECKSUM_OFFSET).add(page, REST_OFFSET, BYTES - REST_OFFSET).value();
    }

    private static void checkField(boolean holds, String field, int found, int wanted, String fileName)
            throws CorruptBlock {
        if (!holds) {
            throw new CorruptBlock(
                    "segment header of "
                            + fileName
                            + ": "
                            + field
                            + " "
                            + found
                            + " ("
                            + Integer.toHexString(found)
                            + "h) found, "
                            + wanted
                            + " ("
                            + Integer.toHexString(wanted)
                            + "h) wanted");
        }
    }
}
