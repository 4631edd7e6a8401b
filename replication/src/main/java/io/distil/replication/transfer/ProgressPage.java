package io.distil.replication.transfer;

import io.distil.base.Checksum;
import io.distil.base.Refused;
import io.distil.base.memory.Layouts;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.UUID;

/// The only code that knows the bytes of a page of {@link Installation#PROGRESS}; the table is in the package's description.
final class ProgressPage {
    /// A chunk that was written.
    record Received(Chunk chunk, int crc) {}

    private static final int STORE_MAGIC = 0x46525444;
    private static final int CHUNK_MAGIC = 0x43525444;

    private static final int CRC_AT = 4;
    private static final int FIRST_AT = 8;
    private static final int SECOND_AT = 16;
    private static final int THIRD_AT = 24;
    private static final int FOURTH_AT = 32;
    private static final int BYTES = 40;

    private ProgressPage() {}

    static void putStore(MemorySegment page, UUID storeId) {
        put(page, STORE_MAGIC, storeId.getMostSignificantBits(), storeId.getLeastSignificantBits(), 0, 0);
    }

    static void putReceived(MemorySegment page, Chunk chunk, int crc) {
        put(page, CHUNK_MAGIC, chunk.segmentNumber(), chunk.offset(), chunk.bytes(), crc);
    }

    private static void put(MemorySegment page, int magic, long first, long second, long third, long fourth) {
        page.fill((byte) 0);
        page.set(Layouts.INT, 0, magic);
        page.set(Layouts.LONG, FIRST_AT, first);
        page.set(Layouts.LONG, SECOND_AT, second);
        page.set(Layouts.LONG, THIRD_AT, third);
        page.set(Layouts.LONG, FOURTH_AT, fourth);
        page.set(Layouts.INT, CRC_AT, crc(page));
    }

    private static int crc(MemorySegment page) {
        return new Checksum().add(page, FIRST_AT, BYTES - FIRST_AT).value();
    }

    static boolean isWhole(MemorySegment page) {
        int magic = page.get(Layouts.INT, 0);
        return (magic == STORE_MAGIC || magic == CHUNK_MAGIC) && page.get(Layouts.INT, CRC_AT) == crc(page);
    }

    static boolean isOf(MemorySegment page, UUID storeId) {
        return page.get(Layouts.INT, 0) == STORE_MAGIC
                && page.get(Layouts.LONG, FIRST_AT) == storeId.getMostSignificantBits()
                && page.get(Layouts.LONG, SECOND_AT) == storeId.getLeastSignificantBits();
    }

    static Optional<Received> received(MemorySegment page) {
        if (page.get(Layouts.INT, 0) != CHUNK_MAGIC) {
            return Optional.empty();
        }
        try {
            Chunk chunk =
                    new Chunk(
                            Math.toIntExact(page.get(Layouts.LONG, FIRST_AT)),
                            page.get(Layouts.LONG, SECOND_AT),
                            Math.toIntExact(page.get(Layouts.LONG, THIRD_AT)));
            return Optional.of(new Received(chunk, (int) page.get(Layouts.LONG, FOURTH_AT)));
        } catch (Refused | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
