package io.distil.storage.tree;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.Statistics;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// One version of a series: the entry of its topmost block, or {@link #EMPTY}. Whoever holds the root can read every point
/// of that version; the store keeps it in its version table.
public final class SeriesRoot {
    /// A series without points.
    public static final SeriesRoot EMPTY = new SeriesRoot(null);

    /// What {@link #encode} writes, always.
    public static final int ENCODED_BYTES = EntryDescriptor.ENTRY_BYTES;

    private final Entry entry;

    private SeriesRoot(Entry entry) {
        this.entry = entry;
    }

    static SeriesRoot of(Entry entry) {
        return entry == null ? EMPTY : new SeriesRoot(entry);
    }

    public boolean isEmpty() {
        return entry == null;
    }

    /// Of all points of this version.
    public Statistics statistics() {
        return entry == null ? Statistics.EMPTY : entry.statistics();
    }

    /// Time of the first point; only for a root that is not empty.
    public long firstTime() {
        return entry().first();
    }

    /// Time of the last point; only for a root that is not empty.
    public long lastTime() {
        return entry().last();
    }

    Entry entry() {
        BrokenInvariant.check(entry != null, "an empty series has no entry");
        return entry;
    }

    /// Writes {@link #ENCODED_BYTES} bytes at `offset`: the entry, or zeros for an empty series.
    public void encode(MemorySegment into, long offset) {
        MemorySegment place = into.asSlice(offset, ENCODED_BYTES);
        if (entry == null) {
            place.fill((byte) 0);
        } else {
            EntryDescriptor.encode(entry, place, 0);
        }
    }

    /// Reads what {@link #encode} wrote.
    ///
    /// @throws CorruptBlock if that cannot be an entry
    public static SeriesRoot decode(MemorySegment from, long offset) throws CorruptBlock {
        MemorySegment place = from.asSlice(offset, ENCODED_BYTES);
        if (place.mismatch(MemorySegment.ofArray(new byte[ENCODED_BYTES])) < 0) {
            return EMPTY;
        }
        try {
            return new SeriesRoot(EntryDescriptor.decode(place, 0));
        } catch (BrokenInvariant e) {
            throw new CorruptBlock("root of a series: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeriesRoot root && Objects.equals(entry, root.entry);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(entry);
    }

    @Override
    public String toString() {
        return entry == null ? "empty series" : entry.toString();
    }
}
