package io.distil.replication.raft;

import java.util.Map;
import java.util.TreeMap;

/// Which journal entry holds the payload of which Raft index. The journal only grows: an entry written for an index makes
/// those of that index and all later ones void, as Raft truncates its log before it writes over it. So positions rise with
/// indices. Callers synchronize.
final class JournalIndex {
    /// Where the payload of a Raft index lies.
    record Place(long term, long journalPosition) {}

    private final TreeMap<Long, Place> places = new TreeMap<>();

    void put(long raftIndex, long term, long journalPosition) {
        truncate(raftIndex);
        places.put(raftIndex, new Place(term, journalPosition));
    }

    /// Makes `fromIndex` and everything behind it void.
    void truncate(long fromIndex) {
        places.tailMap(fromIndex, true).clear();
    }

    /// The place of the payload, or null.
    Place find(long raftIndex) {
        return places.get(raftIndex);
    }

    /// Forgets everything before `raftIndex`.
    ///
    /// @return the first journal position still needed, or `nothingNeeded` if none is
    long release(long raftIndex, long nothingNeeded) {
        places.headMap(raftIndex, false).clear();
        Map.Entry<Long, Place> first = places.firstEntry();
        return first == null ? nothingNeeded : first.getValue().journalPosition();
    }

    /// For messages: what is held.
    @Override
    public String toString() {
        return places.isEmpty() ? "nothing" : "indices " + places.firstKey() + " to " + places.lastKey();
    }
}
