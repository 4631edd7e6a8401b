package io.distil.replication.placement;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Mutation;
import io.distil.base.api.StoredRecord;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The tablet map as it was read at one revision: rows, moves under way, and how far ids are given out. Unchanging; a
/// {@link Change} made from it is written by compare-and-set, or not at all.
///
/// Everything lies in records of the root group under `tablets/`: one for each tablet, one for each move, and
/// `tablets/map`, whose revision is that of the map: every change writes it, so two changes made from the same map cannot
/// both succeed. A change names it last, and an entry is applied in its order: a reader that meets an entry half applied sees
/// the old revision, and a change built on that is refused.
public final class TabletMap {
    /// What all keys of the map begin with.
    public static final String PREFIX = "tablets/";

    private static final String MAP_KEY = PREFIX + "map";
    private static final int MAP_BYTES = 8;

    private final long revision;
    private final long nextId;
    private final Map<Long, MapEntry> entries = new TreeMap<>();
    private final Map<Long, Move> moves = new TreeMap<>();

    /// The map in these records, in any order; others than the map's are passed over.
    public static TabletMap of(Collection<StoredRecord> records) throws CorruptBlock {
        long revision = 0;
        long nextId = TabletSet.COUNTED_ID_FROM;
        for (StoredRecord record : records) {
            if (record.key().equals(MAP_KEY)) {
                revision = record.revision();
                nextId = new MemoryReader().wrap(MemorySegment.ofArray(record.value()), "record " + MAP_KEY).i64();
            }
        }
        TabletMap map = new TabletMap(revision, nextId);
        for (StoredRecord record : records) {
            if (record.key().startsWith(MapEntry.PREFIX)) {
                MapEntry entry = MapEntry.decode(record);
                map.entries.put(entry.tablet(), entry);
            } else if (record.key().startsWith(Move.PREFIX)) {
                Move move = Move.decode(record);
                map.moves.put(move.id(), move);
            }
        }
        return map;
    }

    static TabletMap read(MapStore store) throws IOException {
        return of(store.records(PREFIX));
    }

    private TabletMap(long revision, long nextId) {
        this.revision = revision;
        this.nextId = nextId;
    }

    public long revision() {
        return revision;
    }

    Collection<Move> moves() {
        return moves.values();
    }

    Optional<Move> move(long id) {
        return Optional.ofNullable(moves.get(id));
    }

    Optional<Move> moveOf(long tablet) {
        return moves.values().stream().filter(move -> move.tablet() == tablet).findFirst();
    }

    /// The rows of a space by their first keys; one that is not written down where nobody said anything.
    List<MapEntry> rows(String space) {
        List<MapEntry> rows = new ArrayList<>();
        for (MapEntry entry : entries.values()) {
            if (entry.space().equals(space)) {
                rows.add(entry);
            }
        }
        rows.sort(Comparator.comparing(entry -> entry.range().from(), Arrays::compareUnsigned));
        return rows.isEmpty() ? List.of(MapEntry.whole(space)) : rows;
    }

    /// The spaces the map has rows of.
    Collection<String> spaces() {
        return entries.values().stream().map(MapEntry::space).distinct().toList();
    }

    /// The row of a tablet.
    ///
    /// @param tables names of tables of which the map may have no rows yet
    /// @throws Refused `INVALID_ARGUMENT` if there is no such tablet
    MapEntry row(long tablet, Collection<String> tables) {
        MapEntry entry = entries.get(tablet);
        if (entry != null) {
            return entry;
        }
        List<String> spaces = new ArrayList<>(tables);
        spaces.add(ClusterMap.STREAMS);
        for (String space : spaces) {
            if (TabletSet.wholeSpaceId(space) == tablet && rows(space).getFirst().tablet() == tablet) {
                return rows(space).getFirst();
            }
        }
        throw new Refused(ErrorCode.INVALID_ARGUMENT, "there is no tablet " + tablet);
    }

    /// For clients.
    ///
    /// @param tables names of tables of which the map may have no rows yet
    public List<ClusterMap.Tablet> tablets(Collection<String> tables) {
        List<String> spaces = new ArrayList<>(spaces());
        spaces.add(ClusterMap.STREAMS);
        spaces.addAll(tables);
        List<ClusterMap.Tablet> tablets = new ArrayList<>();
        for (String space : spaces.stream().distinct().sorted().toList()) {
            for (MapEntry row : rows(space)) {
                String state =
                        moveOf(row.tablet())
                                .map(move -> move.phase() == Move.Phase.COPYING ? "moving to " + move.to() : "serving")
                                .orElse("serving");
                tablets.add(
                        new ClusterMap.Tablet(row.tablet(), space, row.range(), row.group(), row.generation(), state));
            }
        }
        return tablets;
    }

    Change change() {
        return new Change();
    }

    /// A change of the map: all of it or nothing, and only if nobody else changed the map meanwhile.
    final class Change {
        private final List<Mutation.PutRecord> puts = new ArrayList<>();
        private long nextFree = nextId;

        /// A number never given out before.
        long allocate() {
            return nextFree++;
        }

        Change put(MapEntry row) {
            return put(MapEntry.key(row.tablet()), row.recordRevision(), Optional.of(row.encode()));
        }

        Change remove(MapEntry row) {
            return row.recordRevision() == 0
                    ? this
                    : put(MapEntry.key(row.tablet()), row.recordRevision(), Optional.empty());
        }

        Change put(Move move) {
            return put(Move.key(move.id()), move.recordRevision(), Optional.of(move.encode()));
        }

        Change remove(Move move) {
            return put(Move.key(move.id()), move.recordRevision(), Optional.empty());
        }

        private Change put(String key, long expectedRevision, Optional<byte[]> value) {
            puts.add(new Mutation.PutRecord(key, expectedRevision, value));
            return this;
        }

        /// @throws Refused `STALE_RECORD` if the map has changed since it was read
        void write(MapStore store) throws IOException {
            byte[] value = new byte[MAP_BYTES];
            new MemoryWriter().wrap(MemorySegment.ofArray(value)).i64(nextFree);
            put(MAP_KEY, revision, Optional.of(value));
            store.write(new Mutation.Atomic(List.of(), puts));
        }
    }
}
