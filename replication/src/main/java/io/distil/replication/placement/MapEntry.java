package io.distil.replication.placement;

import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.api.StoredRecord;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.lang.foreign.MemorySegment;

/// A row of the tablet map.
///
/// @param recordRevision of the record it was read from; 0 if the map has no record of it yet
record MapEntry(long tablet, String space, KeyRange range, int group, long generation, long recordRevision) {
    static final String PREFIX = "tablets/tablet/";

    /// What is so while nobody said otherwise: the root group has the whole space.
    static MapEntry whole(String space) {
        return new MapEntry(TabletSet.wholeSpaceId(space), space, KeyRange.ALL, ClusterMap.ROOT_GROUP, 1, 0);
    }

    static String key(long tablet) {
        return PREFIX + "%019d".formatted(tablet);
    }

    /// | bytes | field |
    /// |---|---|
    /// | text | space |
    /// | range | keys |
    /// | 4 | group |
    /// | 8 | generation |
    byte[] encode() {
        byte[] bytes = new byte[MemoryWriter.textBytes(space) + OwnedTablet.rangeBytes(range) + 12];
        MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(bytes)).text(space);
        OwnedTablet.putRange(writer, range);
        writer.u32(group).i64(generation);
        return bytes;
    }

    static MapEntry decode(StoredRecord record) throws CorruptBlock {
        MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(record.value()), "record " + record.key());
        try {
            return new MapEntry(
                    idOf(record.key(), PREFIX),
                    reader.text(),
                    OwnedTablet.range(reader),
                    reader.u32(),
                    reader.i64(),
                    record.revision());
        } catch (Refused e) {
            throw new CorruptBlock("record " + record.key() + ": " + e.getMessage(), e);
        }
    }

    static long idOf(String key, String prefix) throws CorruptBlock {
        try {
            return Long.parseLong(key, prefix.length(), key.length(), 10);
        } catch (NumberFormatException e) {
            throw new CorruptBlock("record " + key + ": no number behind '" + prefix + "'", e);
        }
    }
}
