package io.distil.replication.tablet;

import io.distil.base.CorruptBlock;
import io.distil.base.TimeRange;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.storage.tree.SeriesRoot;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// What is kept of a major version for good: its tree, and where the commit that made it touched the stream.
///
/// The second is needed for "what changed since minor version 7 of major 1", when the buffer's history of that commit is
/// forgotten: a point that was buffered at 1.7 and gone before commit 2 is in no tree, but it was touched.
///
/// @param touched at most {@link #TOUCHED_COUNT_MAX} ranges that hold everything its mutations named
record BuiltVersion(SeriesRoot root, List<TimeRange> touched) {
    /// Enough for a commit of scattered corrections; 1 KiB. Beyond it the narrowest gaps are closed.
    static final int TOUCHED_COUNT_MAX = 64;

    BuiltVersion {
        touched = TimeRange.coarsen(touched, TOUCHED_COUNT_MAX);
    }

    byte[] encode() {
        byte[] bytes = new byte[SeriesRoot.ENCODED_BYTES + 4 + 16 * touched.size()];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        root.encode(memory, 0);
        MemoryWriter writer = new MemoryWriter().wrap(memory.asSlice(SeriesRoot.ENCODED_BYTES));
        writer.u32(touched.size());
        touched.forEach(range -> writer.i64(range.from()).i64(range.until()));
        return bytes;
    }

    static BuiltVersion decode(byte[] bytes, String where) throws CorruptBlock {
        MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(bytes), where);
        SeriesRoot root = SeriesRoot.decode(reader.raw(SeriesRoot.ENCODED_BYTES), 0);
        List<TimeRange> touched = new ArrayList<>();
        for (int left = reader.u32(); left > 0; left--) {
            touched.add(new TimeRange(reader.i64(), reader.i64()));
        }
        return new BuiltVersion(root, touched);
    }
}
