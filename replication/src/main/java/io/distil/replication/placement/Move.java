package io.distil.replication.placement;

import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.base.api.KeyRange;
import io.distil.base.api.StoredRecord;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.lang.foreign.MemorySegment;

/// A move of a tablet to another group, as the root group's record keeps it: what a coordinator needs to carry it on that
/// knows nothing else.
///
/// ```
///   (no record) ──▶ COPYING ──(with the map's row: the commit point)──▶ HANDED_OVER ──▶ (no record)
///                      └──────▶ ABORTING ──▶ (no record)
/// ```
///
/// @param generation of the tablet when the move began; it must still be so when the tablet is sealed
/// @param recordRevision of the record it was read from; 0 for one that is not written yet
record Move(
        long id,
        String space,
        long tablet,
        KeyRange range,
        long generation,
        int from,
        int to,
        Phase phase,
        long recordRevision) {
    /// The order is that of the numbers on disk.
    enum Phase {
        /// The tablet is the source's.
        COPYING,
        /// The tablet is the target's, whatever the two groups know of it.
        HANDED_OVER,
        /// The tablet stays the source's.
        ABORTING
    }

    static final String PREFIX = "tablets/move/";

    static String key(long id) {
        return PREFIX + "%019d".formatted(id);
    }

    Move in(Phase newPhase) {
        return new Move(id, space, tablet, range, generation, from, to, newPhase, recordRevision);
    }

    /// | bytes | field |
    /// |---|---|
    /// | text | space |
    /// | 8 | tablet |
    /// | range | keys |
    /// | 8 | generation |
    /// | 4, 4 | from, to |
    /// | 4 | phase |
    byte[] encode() {
        byte[] bytes = new byte[MemoryWriter.textBytes(space) + 8 + OwnedTablet.rangeBytes(range) + 20];
        MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(bytes)).text(space).i64(tablet);
        OwnedTablet.putRange(writer, range);
        writer.i64(generation).u32(from).u32(to).u32(phase.ordinal());
        return bytes;
    }

    static Move decode(StoredRecord record) throws CorruptBlock {
        MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(record.value()), "record " + record.key());
        try {
            return new Move(
                    MapEntry.idOf(record.key(), PREFIX),
                    reader.text(),
                    reader.i64(),
                    OwnedTablet.range(reader),
                    reader.i64(),
                    reader.u32(),
                    reader.u32(),
                    phase(record, reader.u32()),
                    record.revision());
        } catch (Refused e) {
            throw new CorruptBlock("record " + record.key() + ": " + e.getMessage(), e);
        }
    }

    private static Phase phase(StoredRecord record, int number) throws CorruptBlock {
        if (number >= Phase.values().length) {
            throw new CorruptBlock("record " + record.key() + ": phase " + number + " is unknown");
        }
        return Phase.values()[number];
    }

    @Override
    public String toString() {
        return "move %d of tablet %d of %s from group %d to %d"
                .formatted(id, tablet, TabletSet.spaceName(space), from, to);
    }
}
