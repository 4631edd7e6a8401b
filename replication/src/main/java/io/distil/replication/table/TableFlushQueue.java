package io.distil.replication.table;

import java.util.LinkedHashSet;
import java.util.Optional;

/// Which table to flush next: one that has become large or old, or the largest ones while memory is short. A flush changes a
/// version, so this only proposes; the tablet writes the proposal to the log. Owned by the tablet's thread.
public final class TableFlushQueue {
    private final TableOptions options;
    private final TableMemory memory;

    /// Tables with something buffered, in the order in which they began to buffer.
    private final LinkedHashSet<VersionedTable> buffering = new LinkedHashSet<>();

    /// Tables that have reached the size, in that order.
    private final LinkedHashSet<VersionedTable> large = new LinkedHashSet<>();

    TableFlushQueue(TableOptions options, TableMemory memory) {
        this.options = options;
        this.memory = memory;
    }

    void written(VersionedTable table) {
        buffering.add(table);
        if (table.bufferedBytes() >= options.flushBytes()) {
            large.add(table);
        }
    }

    /// Frozen, or gone.
    void removed(VersionedTable table) {
        buffering.remove(table);
        large.remove(table);
    }

    /// The table to be flushed now, which is not named again before it is flushed, or {@link #notFlushed}.
    public Optional<String> nextToFlush(long nowNanos) {
        VersionedTable next = due(nowNanos);
        if (next == null) {
            return Optional.empty();
        }
        next.setFlushProposed(true);
        return Optional.of(next.name());
    }

    private VersionedTable due(long nowNanos) {
        for (VersionedTable table : large) {
            if (!table.isFlushProposed()) {
                return table;
            }
        }
        for (VersionedTable table : buffering) {
            if (nowNanos - table.bufferedSinceNanos() < options.flushAgeNanos()) {
                break;
            }
            if (!table.isFlushProposed()) {
                return table;
            }
        }
        return memory.bufferedBytes() > options.bufferBytesHigh() ? largest() : null;
    }

    /// The table whose flush sets most free; null if that is not worth it, because what is proposed already is enough.
    private VersionedTable largest() {
        VersionedTable largest = null;
        long unproposedBytes = 0;
        for (VersionedTable table : buffering) {
            if (!table.isFlushProposed()) {
                unproposedBytes += table.bufferedBytes();
                if (largest == null || table.bufferedBytes() > largest.bufferedBytes()) {
                    largest = table;
                }
            }
        }
        boolean isEnough =
                unproposedBytes <= options.bufferBytesHigh() && memory.bufferedBytes() < options.bufferBytesMax();
        return isEnough ? null : largest;
    }

    /// The table that keeps the log from being forgotten, if a flush would help: it is not named again before it is flushed,
    /// or {@link #notFlushed}.
    ///
    /// @param position the first one that something else needs
    public Optional<String> holdsTheLogBackBefore(long position) {
        VersionedTable oldest = null;
        for (VersionedTable table : buffering) {
            if (oldest == null || table.commits().firstNeeded() < oldest.commits().firstNeeded()) {
                oldest = table;
            }
        }
        boolean helps =
                oldest != null
                        && oldest.commits().firstNeeded() < position
                        && !oldest.commits().hasPending()
                        && !oldest.isFlushProposed();
        if (!helps) {
            return Optional.empty();
        }
        oldest.setFlushProposed(true);
        return Optional.of(oldest.name());
    }

    /// The proposal did not get into the log, or not for good.
    public void notFlushed(String name) {
        buffering.stream().filter(table -> table.name().equals(name)).forEach(table -> table.setFlushProposed(false));
    }
}
