package io.distil.replication.table;

import io.distil.base.Version;
import io.distil.base.api.TableChange;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/// The last mutations of a table, for those who watch it; the oldest are forgotten when there are too many bytes of them. Who
/// is behind that finds out, and looks at the difference of two versions instead. Written by the tablet's thread, read by
/// any. A watcher holds nothing here, only its version: however slow it is, it costs no memory.
final class RecentChanges {
    private final TableOptions options;
    private final TableMemory memory;
    private final ConcurrentSkipListMap<Version, List<TableChange>> mutations = new ConcurrentSkipListMap<>();
    private volatile Version since;
    private long bytes;

    /// @param since everything that happens after this version will be put here
    RecentChanges(Version since, TableOptions options, TableMemory memory) {
        this.since = since;
        this.options = options;
        this.memory = memory;
    }

    void put(Version version, List<TableChange> changes) {
        mutations.put(version, changes);
        count(bytesOf(changes));
        while (!mutations.isEmpty() && isTooMuch()) {
            // Readers look for the next mutation first and at `since` after that: they must not miss what goes.
            since = mutations.firstKey();
            count(-bytesOf(mutations.pollFirstEntry().getValue()));
        }
    }

    /// Forgets what happened up to `version`.
    void beginAt(Version version) {
        since = version;
        while (!mutations.isEmpty() && mutations.firstKey().compareTo(version) <= 0) {
            count(-bytesOf(mutations.pollFirstEntry().getValue()));
        }
    }

    private boolean isTooMuch() {
        return bytes > options.historyBytesPerTableMax() || memory.historyBytes() > options.historyBytesMax();
    }

    private void count(long added) {
        bytes += added;
        memory.addHistoryBytes(added);
    }

    private static long bytesOf(List<TableChange> changes) {
        long bytes = 0;
        for (TableChange change : changes) {
            bytes += TableMemory.CHANGE_BYTES + change.key().length;
            bytes += change.value().map(value -> value.length).orElse(0);
        }
        return bytes;
    }

    /// The first mutation after `version`, or null if there is none yet. Only to be believed if {@link #reachBackTo}
    /// says so *afterwards*.
    Map.Entry<Version, List<TableChange>> after(Version version) {
        return mutations.higherEntry(version);
    }

    /// True if nothing that happened after `version` is forgotten.
    boolean reachBackTo(Version version) {
        return since.compareTo(version) <= 0;
    }

    /// Forgets everything; the table is gone.
    void clear() {
        mutations.clear();
        count(-bytes);
    }
}
