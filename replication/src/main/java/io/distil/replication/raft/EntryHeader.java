package io.distil.replication.raft;

import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;

import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// What Raft's own log keeps of an entry: enough to tell whether the payload found elsewhere is the one that was agreed on,
/// or the payload itself if it is small.
///
/// | offset | bytes | entry header |
/// |---:|---:|---|
/// | 0 | 4 | magic `DRE1`; the last byte is the format version |
/// | 4 | 4 | number of commands, at most {@link Positions#COMMANDS_MAX} |
/// | 8 | 4 | bytes of the payload |
/// | 12 | 4 | CRC-32C of the payload |
/// | 16 | … | the payload, if it has at most {@link #INLINE_BYTES_MAX} bytes; else it is in the journal, and here are zeros, 1/256 of its bytes |
///
/// ## Why small payloads are not in the journal
///
/// Two files would have to be synced for one entry, one after the other, with two more hand-overs between threads on every
/// member: a single commit took 1.6 times as long. Either way a payload is written once.
///
/// ## Why the zeros
///
/// Raft's log is cut by whole files, and the journal keeps the payloads of all headers that are left. With headers of a
/// hundred bytes for payloads of megabytes, a file of headers would hold gigabytes of journal.
record EntryHeader(int commandCount, int payloadBytes, int payloadCrc) {
    static final int BYTES = 16;

    /// Small beside what one sync costs, and enough for the batches of a dozen clients that wait for each commit.
    static final int INLINE_BYTES_MAX = 16 << 10;

    private static final int PAYLOAD_BYTES_PER_ZERO = 256;

    private static final int MAGIC = 0x31455244;

    static EntryHeader of(int commandCount, ByteString payload) {
        return new EntryHeader(commandCount, payload.size(), crc(payload));
    }

    /// True if the payload is kept with the header.
    boolean isInline() {
        return payloadBytes <= INLINE_BYTES_MAX;
    }

    /// The header as Raft's log keeps it, with what follows it.
    ByteString encode(ByteString payload) {
        byte[] bytes = new byte[BYTES + (isInline() ? 0 : payloadBytes / PAYLOAD_BYTES_PER_ZERO)];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        memory.set(Layouts.INT, 0, MAGIC);
        memory.set(Layouts.INT, 4, commandCount);
        memory.set(Layouts.INT, 8, payloadBytes);
        memory.set(Layouts.INT, 12, payloadCrc);
        ByteString header = UnsafeByteOperations.unsafeWrap(bytes);
        return isInline() ? header.concat(payload) : header;
    }

    /// The payload behind an encoded header that has it.
    static ByteString inlinePayload(ByteString encoded) {
        return encoded.substring(BYTES);
    }

    /// @param where named in failures
    static EntryHeader decode(ByteString encoded, String where) throws CorruptBlock {
        if (encoded.size() < BYTES) {
            throw new CorruptBlock(where + ": a header of " + encoded.size() + " bytes; wanted " + BYTES);
        }
        MemorySegment memory = MemorySegment.ofArray(encoded.substring(0, BYTES).toByteArray());
        int magic = memory.get(Layouts.INT, 0);
        if (magic != MAGIC) {
            throw new CorruptBlock(
                    "%s: a header with magic %08x; this program reads %08x".formatted(where, magic, MAGIC));
        }
        EntryHeader header =
                new EntryHeader(memory.get(Layouts.INT, 4), memory.get(Layouts.INT, 8), memory.get(Layouts.INT, 12));
        if (header.commandCount < 1 || header.commandCount > Positions.COMMANDS_MAX) {
            throw new CorruptBlock(
                    where + ": " + header.commandCount + " commands; wanted 1.." + Positions.COMMANDS_MAX);
        }
        return header;
    }

    /// Checks that `payload` is the one this header was made for.
    void check(ByteString payload, String where) throws CorruptBlock {
        if (payload.size() != payloadBytes) {
            throw new CorruptBlock(
                    where + ": a payload of " + payload.size() + " bytes; its header says " + payloadBytes);
        }
        int crc = crc(payload);
        if (crc != payloadCrc) {
            throw new CorruptBlock(
                    "%s: a payload with checksum %08x; its header says %08x".formatted(where, crc, payloadCrc));
        }
    }

    private static int crc(ByteString payload) {
        CRC32C crc = new CRC32C();
        for (ByteBuffer piece : payload.asReadOnlyByteBufferList()) {
            crc.update(piece);
        }
        return (int) crc.getValue();
    }
}
