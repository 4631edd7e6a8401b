package io.distil.replication.tablet;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.command.CommandCodec;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/// The content of a part of a copy, growing item by item. One owner thread.
final class PartWriter {
    private static final int ITEM_HEADER_BYTES = 4 + StreamId.BYTES;
    private static final int CAPACITY_BYTES_MIN = 4096;

    private final MemoryWriter writer = new MemoryWriter();
    private final int kind;
    private byte[] bytes = new byte[CAPACITY_BYTES_MIN];
    private int used;

    PartWriter(int kind) {
        this.kind = kind;
    }

    int bytes() {
        return used;
    }

    /// The content; empty if it has no items.
    byte[] content() {
        return Arrays.copyOf(bytes, used);
    }

    void describe(StreamDescriptor descriptor) {
        item(Transfer.DESCRIBE, descriptor.id(), CommandCodec.descriptorBytes(descriptor));
        CommandCodec.putDescriptor(writer, descriptor);
        end();
    }

    void points(StreamId stream, long major, TimeRange range, long[] times, double[] values, int count) {
        item(Transfer.POINTS, stream, 28 + 16 * count);
        writer.i64(major).i64(range.from()).i64(range.until()).u32(count);
        for (int i = 0; i < count; i++) {
            writer.i64(times[i]);
        }
        for (int i = 0; i < count; i++) {
            writer.i64(Double.doubleToRawLongBits(values[i]));
        }
        end();
    }

    void commit(StreamId stream, long major, List<TimeRange> touched) {
        item(Transfer.COMMIT, stream, 12 + 16 * touched.size());
        writer.i64(major).u32(touched.size());
        touched.forEach(range -> writer.i64(range.from()).i64(range.until()));
        end();
    }

    void obliterated(StreamId stream) {
        item(Transfer.OBLITERATED, stream, 0);
        end();
    }

    private void item(int itemKind, StreamId stream, int bodyBytes) {
        begin(ITEM_HEADER_BYTES + bodyBytes).u32(itemKind).i64(stream.high()).i64(stream.low());
    }

    /// Makes room for an item; {@link #end} must follow what is written.
    MemoryWriter begin(int itemBytes) {
        int header = used == 0 ? 4 : 0;
        int needed = used + header + itemBytes;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
        }
        writer.wrap(MemorySegment.ofArray(bytes).asSlice(used));
        if (header > 0) {
            writer.u32(kind);
        }
        return writer;
    }

    void end() {
        used += (int) writer.position();
    }
}
