package io.distil.replication.tablet;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamKey;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.memory.MemoryReader;
import io.distil.replication.catalog.Sessions;
import io.distil.replication.placement.OwnedTablet;
import io.distil.replication.placement.Ownership;
import io.distil.replication.placement.PartWriter;
import io.distil.replication.placement.TableBody;
import io.distil.replication.placement.TabletCommand;
import io.distil.replication.placement.TabletCommandCodec;
import io.distil.replication.placement.TabletRules;
import io.distil.replication.placement.TabletSet;
import io.distil.replication.table.TablesState;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Which tablets the group has, and what commands about them do to it: first the rules say what the set becomes, or refuse;
/// then the contents follow. Changed by the tablet's thread, the set is read by any.
final class Placement {
    private final Sessions sessions;
    private final Dirty dirty;
    private final StreamImport streams;
    private final TablesState tables;
    private volatile TabletSet set;

    Placement(int group, Sessions sessions, Dirty dirty, StreamImport streams, TablesState tables) {
        this.sessions = sessions;
        this.dirty = dirty;
        this.streams = streams;
        this.tables = tables;
        this.set = TabletSet.initial(group);
    }

    TabletSet tablets() {
        return set;
    }

    /// Takes the set as it was at a checkpoint.
    void loaded(TabletSet saved) {
        set = saved;
    }

    /// @throws Refused `WRONG_TABLET`
    void checkWrite(Mutation mutation) {
        Ownership.checkWrite(set, mutation);
    }

    /// @throws Refused `WRONG_TABLET` if the stream, or a part of it, is not this group's to show
    void checkRead(StreamId stream) {
        if (!set.isWhole()) {
            set.checkRead(ClusterMap.STREAMS, Ownership.keys(stream));
        }
    }

    /// The mutation as it stands in the log.
    ///
    /// @throws Refused `WRONG_TABLET`
    Mutation inBody(Mutation mutation) {
        return Ownership.inBody(set, mutation);
    }

    /// Whether a stream belongs into a list of this group's.
    boolean shows(StreamId stream) {
        return set.isWhole() || set.shows(ClusterMap.STREAMS, StreamKey.first(stream));
    }

    /// A table's rows of a range at a version.
    ///
    /// @param released called when the snapshot is closed
    /// @throws Refused `WRONG_TABLET`
    TableSnapshot snapshot(String table, VersionSelector at, KeyRange range, Runnable released) throws IOException {
        TabletSet before = set;
        if (before.isWhole()) {
            return tables.snapshot(table, at, released);
        }
        List<OwnedTablet> runs = Ownership.runsOf(before, table, range);
        if (runs.size() > 1 && at instanceof VersionSelector.Exactly) {
            throw JoinedRows.severalBodies(table);
        }
        List<JoinedRows.Part> parts = new ArrayList<>();
        try {
            for (OwnedTablet run : runs) {
                TableSnapshot rows = tables.snapshot(new TableBody(table, run.body()).name(), at, () -> {});
                parts.add(new JoinedRows.Part(JoinedRows.intersection(run.range(), range), rows));
            }
            // Once more: a tablet that left meanwhile may have been swept before the snapshot was taken.
            set.checkRead(table, range);
        } catch (IOException | RuntimeException e) {
            parts.forEach(part -> part.body().close());
            throw e;
        }
        return parts.size() == 1
                ? new OwnedRows(parts.getFirst().body(), table, range, released)
                : new JoinedRows(table, parts, released);
    }

    /// The internal name of the body that has all rows of a range.
    ///
    /// @throws Refused `WRONG_TABLET`
    String bodyOf(String table, KeyRange range) {
        TabletSet now = set;
        return now.isWhole() ? table : Ownership.bodyOf(now, table, range).name();
    }

    /// @throws Refused `WRONG_TABLET` if the rows of a range are not in this body any more
    void checkBody(String body, String table, KeyRange range) {
        if (!bodyOf(table, range).equals(body)) {
            throw new Refused(
                    ErrorCode.WRONG_TABLET, "the tablet of table '" + table + "' has left meanwhile, and come back");
        }
    }

    /// Tables whose names start with `prefix`, by name: those that stand here by their first body, which in the root group are
    /// all, and those of which a tablet came here.
    List<TableInfo> tables(String prefix) {
        TabletSet now = set;
        List<TableInfo> all = tables.list(prefix);
        if (now.isWhole()) {
            return all;
        }
        TreeMap<String, TableInfo> found = new TreeMap<>();
        for (TableInfo info : all) {
            if (TableBody.ofName(info.name()).body() == 0) {
                found.put(info.name(), info);
            }
        }
        for (OwnedTablet tablet : now.tablets()) {
            if (tablet.isReadable() && tablet.body() != 0 && tablet.space().startsWith(prefix)) {
                tables.info(new TableBody(tablet.space(), tablet.body()).name())
                        .ifPresent(info -> found.merge(tablet.space(), renamed(info, tablet.space()), Placement::sum));
            }
        }
        return List.copyOf(found.values());
    }

    private static TableInfo renamed(TableInfo info, String name) {
        return new TableInfo(name, info.version(), info.rowCount(), info.createdEpochNanos());
    }

    private static TableInfo sum(TableInfo a, TableInfo b) {
        return new TableInfo(a.name(), a.version(), a.rowCount() + b.rowCount(), a.createdEpochNanos());
    }

    /// @return false if the command was done before, and nothing has changed
    boolean apply(long position, long epochNanos, Mutation.OfTablets mutation) {
        TabletCommand command = decode(position, mutation);
        boolean hasSwept = command instanceof TabletCommand.Sweep sweep && isLeaving(sweep);
        boolean isEmpty = hasSwept && sweep(position, (TabletCommand.Sweep) command);
        TabletSet next = TabletRules.apply(set, command, isEmpty);
        if (next != set) {
            switch (command) {
                case TabletCommand.Import c -> importPart(position, c, true);
                case TabletCommand.Seal c when isOfStreams(c) -> streams.seal(position, c.range());
                case TabletCommand.Seal c -> tables.seal(position, new TableBody(c.space(), c.body()).name());
                case TabletCommand.Adopt c -> {
                    if (!isOfStreams(c)) {
                        tables.createBody(position, epochNanos, new TableBody(c.space(), c.move()).name());
                    }
                }
                case TabletCommand.Split _,
                        TabletCommand.Merge _,
                        TabletCommand.Unseal _,
                        TabletCommand.Activate _,
                        TabletCommand.Drop _,
                        TabletCommand.Sweep _ -> {
                    // A matter of the set alone.
                }
            }
            set = next;
            dirty.tablets();
            return true;
        }
        return hasSwept;
    }

    /// Replays a command that the checkpoint contains, for the buffers.
    void reapply(long position, Mutation.OfTablets mutation) {
        switch (decode(position, mutation)) {
            case TabletCommand.Import c -> importPart(position, c, false);
            case TabletCommand.Seal c when isOfStreams(c) -> streams.reseal(position, c.range());
            case TabletCommand.Seal c -> tables.reseal(position, new TableBody(c.space(), c.body()).name());
            case TabletCommand.Sweep c -> {
                if (isOfStreams(c)) {
                    streams.resweep(position, c.range());
                }
            }
            case TabletCommand.Split _,
                    TabletCommand.Merge _,
                    TabletCommand.Adopt _,
                    TabletCommand.Unseal _,
                    TabletCommand.Activate _,
                    TabletCommand.Drop _ -> {
                // In the checkpoint.
            }
        }
    }

    private static TabletCommand decode(long position, Mutation.OfTablets mutation) {
        try {
            return TabletCommandCodec.decode(mutation.command(), "log entry " + position);
        } catch (CorruptBlock e) {
            throw new BrokenInvariant("a command that admission should have refused: " + e.getMessage(), e);
        }
    }

    private void importPart(long position, TabletCommand.Import command, boolean isFirstTime) {
        MemoryReader reader = new MemoryReader().wrap(command.content(), "part " + command.part() + " of a copy");
        try {
            int kind = reader.u32();
            switch (kind) {
                case PartWriter.STREAMS -> streams.importItems(position, reader, isFirstTime);
                case PartWriter.ROWS ->
                        tables.importPart(position, new TableBody(command.space(), command.move()).name(), reader);
                case PartWriter.SESSIONS -> {
                    if (isFirstTime) {
                        importSessions(position, reader);
                    }
                }
                default -> throw new CorruptBlock("a part of a copy of unknown kind " + kind);
            }
        } catch (CorruptBlock e) {
            throw new BrokenInvariant("a part that no group can have exported: " + e.getMessage(), e);
        }
    }

    private void importSessions(long position, MemoryReader reader) throws CorruptBlock {
        while (reader.remaining() > 0) {
            Sessions.Client client = new Sessions.Client(reader.i64(), reader.i64());
            sessions.merge(client, reader, position, dirty::session);
            dirty.session(client);
        }
    }

    private static boolean isOfStreams(TabletCommand command) {
        return command.space().equals(ClusterMap.STREAMS);
    }

    /// A body goes whole, with its last tablet. The first body of a table stays in the root group, where it stands for the
    /// table, and so do rows in a body that other tablets share: nobody reads them, and they go with the body.
    ///
    /// @return true if nothing is left that could be removed
    private boolean sweep(long position, TabletCommand.Sweep sweep) {
        if (isOfStreams(sweep)) {
            return streams.sweep(position, sweep.range());
        }
        long body = set.find(sweep.space(), sweep.tablet()).orElseThrow().body();
        boolean isShared =
                set.tablets(sweep.space()).stream()
                        .anyMatch(tablet -> tablet.id() != sweep.tablet() && tablet.body() == body);
        if (body != 0 && !isShared) {
            tables.dropBody(new TableBody(sweep.space(), body).name());
        }
        return true;
    }

    private boolean isLeaving(TabletCommand.Sweep sweep) {
        return set.find(sweep.space(), sweep.tablet())
                .filter(tablet -> tablet.isLeaving(sweep.move()) && tablet.range().equals(sweep.range()))
                .isPresent();
    }
}
