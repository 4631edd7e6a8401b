package io.distil.storage.codec;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;

import java.lang.foreign.MemorySegment;

/// Writes the points of a leaf as bytes, and reads them back to the bit.
///
/// The points are cut into chunks; in each, times and values are a column of their own, written by whichever scheme takes
/// the fewest bytes for them. The package describes the bytes.
///
/// One owner thread. All scratch memory, somewhat less than a megabyte, is held from the beginning; a call allocates nothing, unless
/// the points to be filled must grow.
public final class LeafCodec {
    /// The most points a leaf may have. Leaves are far smaller, unless that many points share a nanosecond.
    public static final int POINT_COUNT_MAX = 1 << 20;

    /// The layout that is written, and the only one that is read.
    private static final int LAYOUT = 1;

    private static final int HEADER_BYTES = 4;
    private static final int CHUNK_HEADER_BYTES = 4;
    private static final int COUNT_SHIFT = 8;
    private static final int LENGTH_MASK = 0xffff;

    private final TimeColumn timeColumn = new TimeColumn();
    private final ValueColumn valueColumn = new ValueColumn();
    private final ValueChunk valueChunk = new ValueChunk();
    private final ByteSink sink = new ByteSink(4 * Chunk.COLUMN_BYTES_MAX);
    private final ByteSource source = new ByteSource(Chunk.COLUMN_BYTES_MAX);
    private final long[] times = new long[Chunk.POINT_COUNT_MAX];
    private final double[] values = new double[Chunk.POINT_COUNT_MAX];

    /// The most bytes that `count` points can take.
    public static int boundBytes(int count) {
        int chunkCount = (count + Chunk.POINT_COUNT_MAX - 1) / Chunk.POINT_COUNT_MAX;
        return HEADER_BYTES + chunkCount * (CHUNK_HEADER_BYTES + 2) + 2 * Long.BYTES * count;
    }

    /// Writes the points `[from, until)` to the start of `out`.
    ///
    /// @return how many bytes were written; never more than {@link #boundBytes}
    /// @throws BrokenInvariant if `out` is too small, the points are more than {@link #POINT_COUNT_MAX}, or their times are
    ///     not sorted or not legal
    public int encode(LeafPoints points, int from, int until, MemorySegment out) {
        int count = until - from;
        if (count < 0 || count > POINT_COUNT_MAX || from < 0 || until > points.count()) {
            throw new BrokenInvariant("points [" + from + ", " + until + ") of " + points.count() + " for one leaf");
        }
        if (!TimeColumn.areSortedAndLegal(points.times(), from, until)) {
            throw new BrokenInvariant("times of a leaf to be written are not sorted, or not legal");
        }
        checkRoom(out, 0, HEADER_BYTES);
        out.set(Layouts.INT, 0, LAYOUT | count << COUNT_SHIFT);
        int position = HEADER_BYTES;
        for (int at = from; at < until; at += Chunk.POINT_COUNT_MAX) {
            position += encodeChunk(points, at, Math.min(Chunk.POINT_COUNT_MAX, until - at), out, position);
        }
        return position;
    }

    private int encodeChunk(LeafPoints points, int from, int count, MemorySegment out, int position) {
        sink.reset();
        timeColumn.write(points.times(), from, count, sink);
        int timeBytes = sink.position();
        valueChunk.load(points.values(), from, count);
        valueColumn.plan(valueChunk);
        valueColumn.write(valueChunk, sink);
        int bothBytes = sink.position();
        checkRoom(out, position, CHUNK_HEADER_BYTES + bothBytes);
        out.set(Layouts.INT, position, timeBytes | (bothBytes - timeBytes) << Short.SIZE);
        MemorySegment.copy(sink.bytes(), 0, out, Layouts.BYTE, position + CHUNK_HEADER_BYTES, bothBytes);
        return CHUNK_HEADER_BYTES + bothBytes;
    }

    /// How many points a leaf holds.
    ///
    /// @param in exactly the bytes that {@link #encode} wrote
    public int count(MemorySegment in) throws CorruptBlock {
        need(in, 0, HEADER_BYTES, "header");
        int head = in.get(Layouts.INT, 0);
        if ((head & 0xff) != LAYOUT) {
            throw new CorruptBlock("leaf layout is " + (head & 0xff) + ", this program reads " + LAYOUT);
        }
        int count = head >>> COUNT_SHIFT;
        if (count > POINT_COUNT_MAX) {
            throw new CorruptBlock("leaf has " + count + " points, more than " + POINT_COUNT_MAX);
        }
        return count;
    }

    /// Replaces the content of `out` by the points of a leaf.
    ///
    /// @param in exactly the bytes that {@link #encode} wrote
    /// @throws CorruptBlock if they are anything else and it shows; `out` is empty then
    public void decode(MemorySegment in, LeafPoints out) throws CorruptBlock {
        decode(in, out, true);
    }

    /// As {@link #decode}, but only the times mean anything afterwards.
    public void decodeTimes(MemorySegment in, LeafPoints out) throws CorruptBlock {
        decode(in, out, false);
    }

    private void decode(MemorySegment in, LeafPoints out, boolean withValues) throws CorruptBlock {
        out.clear();
        int count = count(in);
        out.ensureCapacity(count);
        long position = HEADER_BYTES;
        for (int at = 0; at < count; at += Chunk.POINT_COUNT_MAX) {
            position += decodeChunk(in, position, out, at, Math.min(Chunk.POINT_COUNT_MAX, count - at), withValues);
        }
        if (position != in.byteSize()) {
            throw new CorruptBlock(
                    "leaf of " + count + " points ends at " + position + " of " + in.byteSize() + " bytes");
        }
        out.setCount(count);
    }

    private int decodeChunk(MemorySegment in, long position, LeafPoints out, int at, int count, boolean withValues)
            throws CorruptBlock {
        need(in, position, CHUNK_HEADER_BYTES, "chunk header");
        int lengths = in.get(Layouts.INT, position);
        int timeBytes = columnBytes(lengths & LENGTH_MASK, count, "times");
        int valueBytes = columnBytes(lengths >>> Short.SIZE, count, "values");
        long start = position + CHUNK_HEADER_BYTES;
        need(in, start, timeBytes + valueBytes, "chunk");
        source.load(in, start, timeBytes);
        timeColumn.read(source, times, count);
        if (at > 0 && times[0] < out.times()[at - 1]) {
            throw new CorruptBlock("chunk at point " + at + " begins before the one before it ends");
        }
        System.arraycopy(times, 0, out.times(), at, count);
        if (withValues) {
            source.load(in, start + timeBytes, valueBytes);
            valueColumn.read(source, values, count);
            source.expectEnd("values");
            System.arraycopy(values, 0, out.values(), at, count);
        }
        return CHUNK_HEADER_BYTES + timeBytes + valueBytes;
    }

    /// For people: the schemes and lengths of the first chunk's columns.
    public String describe(MemorySegment in) throws CorruptBlock {
        int count = count(in);
        if (count == 0) {
            return "empty";
        }
        need(in, HEADER_BYTES, CHUNK_HEADER_BYTES, "chunk header");
        int lengths = in.get(Layouts.INT, HEADER_BYTES);
        int chunkCount = Math.min(count, Chunk.POINT_COUNT_MAX);
        int timeBytes = columnBytes(lengths & LENGTH_MASK, chunkCount, "times");
        int valueBytes = columnBytes(lengths >>> Short.SIZE, chunkCount, "values");
        int start = HEADER_BYTES + CHUNK_HEADER_BYTES;
        need(in, start, timeBytes + valueBytes, "chunk");
        return "times "
                + timeColumn.label(in.get(Layouts.BYTE, start) & 0xff)
                + " "
                + timeBytes
                + " B, values "
                + valueColumn.label(in.get(Layouts.BYTE, start + timeBytes) & 0xff)
                + " "
                + valueBytes
                + " B";
    }

    private static int columnBytes(int found, int count, String column) throws CorruptBlock {
        if (found < 1 || found > Chunk.columnBytesMax(count)) {
            throw new CorruptBlock(column + " take " + found + " bytes, not 1.." + Chunk.columnBytesMax(count));
        }
        return found;
    }

    private static void checkRoom(MemorySegment out, int position, int wanted) {
        if (out.byteSize() - position < wanted) {
            throw new BrokenInvariant(
                    "leaf needs " + (position + wanted) + " bytes, " + out.byteSize() + " were given");
        }
    }

    private static void need(MemorySegment in, long position, int wanted, String what) throws CorruptBlock {
        if (in.byteSize() - position < wanted) {
            throw new CorruptBlock(
                    "leaf " + what + " needs " + wanted + " bytes at " + position + " of " + in.byteSize());
        }
    }
}
