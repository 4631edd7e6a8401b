package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.memory.Layouts;
import io.distil.wire.frame.sbe.FrameHeaderEncoder;

import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// Writes one frame: the block by its generated encoder, then texts, maps and columns. Small parts gather in a heap buffer;
/// columns are only referred to, so that points are copied once at most, into the socket.
final class FrameBuilder {
    private static final byte[] NOTHING = {};

    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(256);
    private final FrameHeaderEncoder header = new FrameHeaderEncoder();
    private final List<Column> columns = new ArrayList<>(2);
    private long columnBytes;
    private int position;

    /// A column and the place in the heap buffer before which it goes.
    private record Column(MemorySegment memory, int before) {}

    MutableDirectBuffer buffer() {
        return buffer;
    }

    FrameHeaderEncoder header() {
        return header;
    }

    /// Says that the block was written by its encoder; what is written next goes behind it.
    FrameBuilder block(int blockLength) {
        position = FrameFormat.HEADER_BYTES + blockLength;
        buffer.checkLimit(position);
        return this;
    }

    FrameBuilder number32(int number) {
        buffer.putInt(position, number, ByteOrder.LITTLE_ENDIAN);
        position += Integer.BYTES;
        return this;
    }

    FrameBuilder number64(long number) {
        buffer.putLong(position, number, ByteOrder.LITTLE_ENDIAN);
        position += Long.BYTES;
        return this;
    }

    FrameBuilder streamId(StreamId stream) {
        return number64(stream.high()).number64(stream.low());
    }

    FrameBuilder bytes(byte[] bytes) {
        number32(bytes.length);
        buffer.putBytes(position, bytes);
        position += bytes.length;
        return this;
    }

    /// A value that may be missing: 1 and its bytes, or 0 and none.
    FrameBuilder optionalBytes(Optional<byte[]> bytes) {
        return number32(bytes.isPresent() ? 1 : 0).bytes(bytes.orElse(NOTHING));
    }

    FrameBuilder keyRange(KeyRange range) {
        return bytes(range.from()).optionalBytes(Optional.ofNullable(range.until()));
    }

    FrameBuilder version(Version version) {
        return number64(version.major()).number64(version.minor());
    }

    FrameBuilder text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    FrameBuilder texts(Collection<String> texts) {
        number32(texts.size());
        texts.forEach(this::text);
        return this;
    }

    FrameBuilder map(Map<String, String> map) {
        number32(map.size());
        new TreeMap<>(map).forEach((key, value) -> text(key).text(value));
        return this;
    }

    /// Zeros up to the next whole word.
    FrameBuilder align() {
        int aligned = FrameFormat.wordsUp(position);
        buffer.setMemory(position, aligned - position, (byte) 0);
        position = aligned;
        return this;
    }

    /// Refers to a column of 64-bit numbers; the position must be aligned.
    FrameBuilder column(MemorySegment memory) {
        columns.add(new Column(memory, position));
        columnBytes += memory.byteSize();
        return this;
    }

    /// Bytes so far.
    long frameBytes() {
        return position + columnBytes;
    }

    EncodedFrame finish(long requestId) {
        align();
        if (frameBytes() > FrameFormat.FRAME_BYTES_MAX) {
            throw new Refused(
                    ErrorCode.BATCH_TOO_LARGE,
                    "the request needs a frame of "
                            + frameBytes()
                            + " bytes; at most "
                            + FrameFormat.FRAME_BYTES_MAX
                            + " are taken");
        }
        header.wrap(buffer, 0).frameBytes(frameBytes()).checksum(0).requestId(requestId);
        MemorySegment heap = MemorySegment.ofArray(buffer.byteArray());
        List<MemorySegment> pieces = new ArrayList<>(2 * columns.size() + 1);
        int from = 0;
        for (Column column : columns) {
            if (column.before > from) {
                pieces.add(heap.asSlice(from, column.before - from));
                from = column.before;
            }
            if (column.memory.byteSize() > 0) {
                pieces.add(column.memory);
            }
        }
        if (position > from) {
            pieces.add(heap.asSlice(from, position - from));
        }
        heap.set(Layouts.INT, FrameFormat.CHECKSUM_OFFSET, checksum(pieces));
        return new EncodedFrame(requestId, List.copyOf(pieces), (int) frameBytes());
    }

    private static int checksum(List<MemorySegment> pieces) {
        CRC32C crc = new CRC32C();
        long skip = FrameFormat.CHECKED_FROM_OFFSET;
        for (MemorySegment piece : pieces) {
            crc.update(piece.asSlice(skip).asByteBuffer());
            skip = 0;
        }
        return (int) crc.getValue();
    }
}
