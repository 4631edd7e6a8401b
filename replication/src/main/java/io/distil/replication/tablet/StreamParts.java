package io.distil.replication.tablet;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.command.CommandCodec;
import io.distil.replication.placement.PartWriter;

import java.util.List;

/// Writes a part of a copy of streams, item by item; what {@link StreamImport} reads. One owner thread.
///
/// | item | behind u32 its number, i64 high and low of the stream |
/// |---|---|
/// | 1 describe | description as in a log entry |
/// | 2 points | i64 major that they are of, range, u32 count, times, values: what the range holds at that version |
/// | 3 commit | i64 major, u32 count, ranges that the commit touched |
/// | 4 obliterated | – |
final class StreamParts {
    static final int DESCRIBE = 1;
    static final int POINTS = 2;
    static final int COMMIT = 3;
    static final int OBLITERATED = 4;

    private static final int ITEM_HEADER_BYTES = 4 + StreamId.BYTES;

    private final PartWriter part = new PartWriter(PartWriter.STREAMS);

    int bytes() {
        return part.bytes();
    }

    byte[] content() {
        return part.content();
    }

    void describe(StreamDescriptor descriptor) {
        MemoryWriter writer = item(DESCRIBE, descriptor.id(), CommandCodec.descriptorBytes(descriptor));
        CommandCodec.putDescriptor(writer, descriptor);
        part.end();
    }

    void points(StreamId stream, long major, TimeRange range, long[] times, double[] values, int count) {
        MemoryWriter writer = item(POINTS, stream, 28 + 16 * count);
        writer.i64(major).i64(range.from()).i64(range.until()).u32(count);
        for (int i = 0; i < count; i++) {
            writer.i64(times[i]);
        }
        for (int i = 0; i < count; i++) {
            writer.i64(Double.doubleToRawLongBits(values[i]));
        }
        part.end();
    }

    void commit(StreamId stream, long major, List<TimeRange> touched) {
        MemoryWriter writer = item(COMMIT, stream, 12 + 16 * touched.size());
        writer.i64(major).u32(touched.size());
        touched.forEach(range -> writer.i64(range.from()).i64(range.until()));
        part.end();
    }

    void obliterated(StreamId stream) {
        item(OBLITERATED, stream, 0);
        part.end();
    }

    private MemoryWriter item(int kind, StreamId stream, int bodyBytes) {
        return part.begin(ITEM_HEADER_BYTES + bodyBytes).u32(kind).i64(stream.high()).i64(stream.low());
    }
}
