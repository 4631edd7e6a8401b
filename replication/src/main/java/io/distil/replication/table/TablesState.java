package io.distil.replication.table;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.memory.MemoryReader;
import io.distil.replication.flush.FlushTask;
import io.distil.replication.placement.TabletSource;
import io.distil.storage.keyed.KeyedTree;
import io.distil.storage.store.Store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/// The tables of a tablet: what a log entry does to them. Changed by the tablet's thread alone, one entry after the other;
/// read by any thread.
///
/// The rules of replay are those of streams: a checkpoint keeps everything but what is buffered, and entries that it
/// contains are replayed for the buffers only, each for a table whose tree does not hold it yet.
public final class TablesState {
    private final TableOptions options;
    private final Store store;
    private final NanoClock clock;
    private final KeyedTree tree;
    private final TableMemory memory = new TableMemory();
    private final TableFlushQueue flushQueue;
    private final TableBuilder builder;
    private final NavigableMap<String, VersionedTable> tables = new ConcurrentSkipListMap<>();
    private final TableCheckpoints checkpoints;

    /// @param flusher takes what is to be built
    public TablesState(TableOptions options, Store store, NanoClock clock, Consumer<FlushTask> flusher) {
        this.options = options;
        this.store = store;
        this.clock = clock;
        this.tree = new KeyedTree(store.blocks(), options.blockBytesMax());
        this.checkpoints = new TableCheckpoints(tables);
        this.flushQueue = new TableFlushQueue(options, memory);
        this.builder = new TableBuilder(tree, flusher, checkpoints::changed);
    }

    // What a log entry does; tablet's thread.

    /// Applies the entry at `position`.
    ///
    /// @param epochNanos wall time at which the entry was admitted
    /// @throws Refused if the state forbids it; nothing was changed
    /// @throws IOException if a row that a condition asks for cannot be read: the tablet must stop, since replicas that can
    ///     read it go on
    public Outcome apply(long position, long epochNanos, Mutation.OfTable mutation) throws IOException {
        return switch (mutation) {
            case Mutation.CreateTable m -> create(position, epochNanos, m.table());
            case Mutation.DropTable m -> drop(m.table());
            case Mutation.WriteTable m -> {
                VersionedTable table = table(m.table());
                Version version = table.write(position, m.writes(), clock.monotonicNanos());
                flushQueue.written(table);
                yield new Outcome(version, 0);
            }
            case Mutation.FlushTable m -> {
                VersionedTable table = table(m.table());
                freeze(position, table);
                yield new Outcome(table.version(), 0);
            }
        };
    }

    private Outcome create(long position, long epochNanos, String name) {
        if (tables.containsKey(name)) {
            throw new Refused(ErrorCode.TABLE_EXISTS, "table " + name + " exists");
        }
        add(name, new TablesInStore.SavedTable(position, epochNanos, 0, position, BuiltTable.EMPTY));
        checkpoints.changed(name);
        return new Outcome(Version.ZERO, 0);
    }

    private void add(String name, TablesInStore.SavedTable saved) {
        tables.put(
                name,
                new VersionedTable(
                        name,
                        saved.number(),
                        saved.createdEpochNanos(),
                        saved.builtMajor(),
                        saved.built(),
                        saved.builtThrough(),
                        tree,
                        options,
                        memory));
    }

    private Outcome drop(String name) {
        VersionedTable table = table(name);
        tables.remove(name);
        flushQueue.removed(table);
        table.retire(noSuchTable(name));
        checkpoints.dropped(table);
        return new Outcome(Version.ZERO, 0);
    }

    private void freeze(long position, VersionedTable table) {
        flushQueue.removed(table);
        if (table.freeze(position)) {
            builder.frozen(table);
        }
    }

    /// Replays an entry that the checkpoint contains, for the buffers.
    public void reapply(long position, Mutation.OfTable mutation) {
        VersionedTable table = tables.get(mutation.table());
        // Absent: dropped by a later entry that the checkpoint contains.
        if (table == null || position <= table.commits().builtThrough()) {
            return;
        }
        switch (mutation) {
            case Mutation.WriteTable m -> {
                table.rewrite(position, m.writes(), clock.monotonicNanos());
                flushQueue.written(table);
            }
            case Mutation.FlushTable _ -> freeze(position, table);
            case Mutation.CreateTable _, Mutation.DropTable _ -> {
                // In the checkpoint.
            }
        }
    }

    // Copies; tablet's thread. A body is what one or more tablets of a table share, see the package of placement.

    /// Makes an empty body for a copy, unless it is there.
    public void createBody(long position, long epochNanos, String body) {
        if (!tables.containsKey(body)) {
            add(body, new TablesInStore.SavedTable(position, epochNanos, 0, position, BuiltTable.EMPTY));
            checkpoints.changed(body);
        }
    }

    /// Forgets a body, if it is there.
    public void dropBody(String body) {
        if (tables.containsKey(body)) {
            drop(body);
        }
    }

    /// Commits what is buffered.
    public void seal(long position, String body) {
        VersionedTable table = tables.get(body);
        if (table != null) {
            freeze(position, table);
        }
    }

    /// As {@link #seal}, in a replay of what the checkpoint contains.
    public void reseal(long position, String body) {
        VersionedTable table = tables.get(body);
        if (table != null && position > table.commits().builtThrough()) {
            freeze(position, table);
        }
    }

    /// Takes a part of a copy. An item says which major it leads to, and is done exactly if the body is one before it: live
    /// and in a replay alike, where the trees of some commits of an entry may be built and those of others not.
    public void importPart(long position, String body, MemoryReader reader) throws CorruptBlock {
        VersionedTable table = tables.get(body);
        while (reader.remaining() > 0) {
            TableParts.Item item = TableParts.read(reader);
            boolean isDue =
                    table != null
                            && position >= table.commits().builtThrough()
                            && table.version().major() == item.major() - 1;
            if (isDue) {
                switch (item) {
                    case TableParts.Row row -> table.importRow(position, row.key(), row.version(), row.value());
                    case TableParts.Commit _ -> {
                        table.importCommit(position);
                        freeze(position, table);
                    }
                }
            }
        }
    }

    /// How many commits of the original a copy has. Any thread.
    public byte[] have(String body) {
        return TableExport.have(table(body));
    }

    /// The next part of a copy of the rows of a range. Any thread.
    public TabletSource.Part export(String body, KeyRange range, byte[] token, byte[] have, int bytesMax)
            throws IOException {
        return new TableExport(table(body), store, range).next(token, have, bytesMax);
    }

    private VersionedTable table(String name) {
        VersionedTable table = tables.get(name);
        if (table == null) {
            throw noSuchTable(name);
        }
        return table;
    }

    private static Refused noSuchTable(String name) {
        return new Refused(ErrorCode.NO_SUCH_TABLE, "there is no table " + name);
    }

    // Buffers and the log; tablet's thread, but for `isFull`.

    /// True while the budget of the buffers is used up: admit no further mutation until it is false again. Any thread.
    public boolean isFull() {
        return memory.bufferedBytes() >= options.bufferBytesMax();
    }

    public TableFlushQueue flushQueue() {
        return flushQueue;
    }

    /// The first log position that some table's buffer would need after a crash now, or `Long.MAX_VALUE` if none.
    public long firstNeeded() {
        long first = Long.MAX_VALUE;
        for (VersionedTable table : tables.values()) {
            first = Math.min(first, table.commits().firstNeeded());
        }
        return first;
    }

    public TableCheckpoints checkpoints() {
        return checkpoints;
    }

    /// Brings the tables of the store's last checkpoint back, before the log is replayed.
    public void load() throws IOException {
        store.scan(
                TablesInStore.TABLES.prefix(),
                (key, value) -> {
                    String name = TablesInStore.TABLES.text(key, 0);
                    add(name, TablesInStore.SavedTable.decode(name, value));
                });
    }

    /// Nobody may begin to read or go on watching, because another state takes this one's place.
    public void refuse(Refused why) {
        tables.values().forEach(table -> table.refuse(why));
    }

    /// Nobody can ask any more, and waiting watchers learn it. Who holds a snapshot goes on reading it.
    public void close() {
        Refused why = new Refused(ErrorCode.SHUTTING_DOWN, "the store is shutting down");
        tables.values().forEach(table -> table.retire(why));
        tables.clear();
    }

    // Questions; any thread.

    /// Tables whose names start with `prefix`, by name.
    public List<TableInfo> list(String prefix) {
        List<TableInfo> found = new ArrayList<>();
        for (VersionedTable table : tables.tailMap(prefix, true).values()) {
            if (!table.name().startsWith(prefix)) {
                break;
            }
            found.add(info(table));
        }
        return found;
    }

    /// The table or body of this name, if there is one.
    public Optional<TableInfo> info(String name) {
        return Optional.ofNullable(tables.get(name)).map(TablesState::info);
    }

    private static TableInfo info(VersionedTable table) {
        return new TableInfo(
                table.name(), table.version(), table.built().rows().entryCount(), table.createdEpochNanos());
    }

    /// @param released called when the snapshot is closed; until then the store stays open
    /// @throws Refused also `OVERLOADED`, while open snapshots keep more in memory than buffers may
    public TableSnapshot snapshot(String name, VersionSelector at, Runnable released) throws IOException {
        VersionedTable table = table(name);
        if (memory.readersBytes() > options.bufferBytesMax()) {
            throw new Refused(
                    ErrorCode.OVERLOADED,
                    "open snapshots of tables keep %d bytes in memory that are on disk already; at most %d"
                            .formatted(memory.readersBytes(), options.bufferBytesMax()));
        }
        return ReadTable.open(table, at, store, released);
    }

    /// @param released called when the watch is closed; until then the store stays open
    public TableWatch watch(String name, KeyRange range, Version since, Runnable released) {
        return new TableWatcher(table(name), range, since, store, clock, released);
    }

    public int count() {
        return tables.size();
    }

    /// What buffers hold.
    public long bufferedBytes() {
        return memory.bufferedBytes();
    }

    /// What is in memory only because snapshots are open.
    public long readersBytes() {
        return memory.readersBytes();
    }

    /// What is kept of recent changes.
    public long historyBytes() {
        return memory.historyBytes();
    }
}
