package io.distil.storage.segment;

import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.Layouts;

import java.lang.foreign.MemorySegment;

/// A block's bytes on disk: header, body, padding. Nothing else knows these offsets; their table is in the package's
/// documentation.
final class BlockHeader {
    /// Length of the header.
    static final int BYTES = 32;

    /// Blocks begin at multiples of this, so that their numbers are aligned.
    static final int ALIGNMENT_BYTES = 16;

    /// `DBLK`, as it stands in the file.
    static final int MAGIC = 0x4B4C4244;

    private static final byte FORMAT = 1;

    private static final long MAGIC_OFFSET = 0;
    private static final long KIND_OFFSET = 4;
    private static final long FORMAT_OFFSET = 5;
    private static final long RESERVED_OFFSET = 6;
    private static final long BODY_BYTES_OFFSET = 8;
    private static final long CHECKSUM_OFFSET = 12;
    private static final long ADDRESS_OFFSET = 16;
    private static final long VERSION_OFFSET = 24;

    private BlockHeader() {}

    /// Length of a block with a body of `bodyBytes`, padding included.
    static long blockBytes(int bodyBytes) {
        return ((long) BYTES + bodyBytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }

    /// Writes the header of a block whose body is the first `bodyBytes` bytes of `body`.
    static void encode(MemorySegment header, BlockKind kind, BlockRef ref, MemorySegment body, Checksum checksum) {
        header.set(Layouts.INT, MAGIC_OFFSET, MAGIC);
        header.set(Layouts.BYTE, KIND_OFFSET, (byte) kind.number());
        header.set(Layouts.BYTE, FORMAT_OFFSET, FORMAT);
        header.set(Layouts.SHORT, RESERVED_OFFSET, (short) 0);
        header.set(Layouts.INT, BODY_BYTES_OFFSET, ref.bytes());
        header.set(Layouts.LONG, ADDRESS_OFFSET, ref.address());
        header.set(Layouts.LONG, VERSION_OFFSET, ref.version());
        header.set(Layouts.INT, CHECKSUM_OFFSET, checksum(header, 0, body, 0, ref.bytes(), checksum));
    }

    /// Checks that the block at `offset` of `memory`, of which all {@link #blockBytes} are there, is the one wanted.
    ///
    /// @throws CorruptBlock naming the file, the block and what differs
    /// @throws Refused `FORMAT_TOO_NEW` if it is whole, but of a format this program does not know
    static void check(
            MemorySegment memory, long offset, String fileName, BlockRef ref, BlockKind kind, Checksum checksum)
            throws CorruptBlock {
        int magic = memory.get(Layouts.INT, offset + MAGIC_OFFSET);
        checkField(magic == MAGIC, "magic", magic, MAGIC, fileName, ref, kind);
        int bodyBytes = memory.get(Layouts.INT, offset + BODY_BYTES_OFFSET);
        checkField(bodyBytes == ref.bytes(), "body bytes", bodyBytes, ref.bytes(), fileName, ref, kind);
        int stored = memory.get(Layouts.INT, offset + CHECKSUM_OFFSET);
        int computed = checksum(memory, offset, memory, offset + BYTES, bodyBytes, checksum);
        checkField(stored == computed, "checksum", stored, computed, fileName, ref, kind);

        // From here on the bytes are as they were written; what differs now is another block.
        int format = memory.get(Layouts.BYTE, offset + FORMAT_OFFSET) & 0xff;
        if (format > FORMAT) {
            throw new Refused(
                    ErrorCode.FORMAT_TOO_NEW,
                    "block at "
                            + BlockAddress.offset(ref.address())
                            + " in "
                            + fileName
                            + " has format "
                            + format
                            + ", this program knows up to "
                            + FORMAT);
        }
        checkField(format == FORMAT, "format", format, FORMAT, fileName, ref, kind);
        int kindNumber = memory.get(Layouts.BYTE, offset + KIND_OFFSET) & 0xff;
        checkField(kindNumber == kind.number(), "kind", kindNumber, kind.number(), fileName, ref, kind);
        short reserved = memory.get(Layouts.SHORT, offset + RESERVED_OFFSET);
        checkField(reserved == 0, "reserved field", reserved, 0, fileName, ref, kind);
        long address = memory.get(Layouts.LONG, offset + ADDRESS_OFFSET);
        checkField(address == ref.address(), "address", address, ref.address(), fileName, ref, kind);
        long version = memory.get(Layouts.LONG, offset + VERSION_OFFSET);
        checkField(version == ref.version(), "version", version, ref.version(), fileName, ref, kind);
        for (long at = BYTES + bodyBytes; at < blockBytes(bodyBytes); at++) {
            byte padding = memory.get(Layouts.BYTE, offset + at);
            checkField(padding == 0, "padding", padding, 0, fileName, ref, kind);
        }
    }

    /// What a header claims, unchecked.
    record Claim(BlockKind kind, int bodyBytes, long version) {}

    /// What the header at `offset` claims, or null if no block of a known kind can begin there.
    static Claim claimAt(MemorySegment memory, long offset) {
        BlockKind kind = BlockKind.ofNumber(memory.get(Layouts.BYTE, offset + KIND_OFFSET) & 0xff);
        int bodyBytes = memory.get(Layouts.INT, offset + BODY_BYTES_OFFSET);
        if (memory.get(Layouts.INT, offset + MAGIC_OFFSET) != MAGIC || kind == null || bodyBytes < 1) {
            return null;
        }
        return new Claim(kind, bodyBytes, memory.get(Layouts.LONG, offset + VERSION_OFFSET));
    }

    private static int checksum(
            MemorySegment header,
            long headerOffset,
            MemorySegment body,
            long bodyOffset,
            int bytes,
            Checksum checksum) {
        return checksum.reset()
                .add(header, headerOffset, CHECKSUM_OFFSET)
                .add(header, headerOffset + ADDRESS_OFFSET, BYTES - ADDRESS_OFFSET)
                .add(body, bodyOffset, bytes)
                .value();
    }

    private static void checkField(
            boolean holds, String field, long found, long wanted, String fileName, BlockRef ref, BlockKind kind)
            throws CorruptBlock {
        if (!holds) {
            throw corrupt(
                    fileName,
                    ref,
                    kind,
                    field
                            + " "
                            + found
                            + " ("
                            + Long.toHexString(found)
                            + "h) found, "
                            + wanted
                            + " ("
                            + Long.toHexString(wanted)
                            + "h) wanted");
        }
    }

    static CorruptBlock corrupt(String fileName, BlockRef ref, BlockKind kind, String reason) {
        return new CorruptBlock(
                "block "
                        + kind
                        + " at "
                        + BlockAddress.offset(ref.address())
                        + " in "
                        + fileName
                        + " (body of "
                        + ref.bytes()
                        + " bytes, version "
                        + ref.version()
                        + "): "
                        + reason);
    }
}
