package io.distil.replication.tablet;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.memory.MemoryReader;
import io.distil.replication.command.CommandCodec;
import io.distil.replication.log.LogInspection;
import io.distil.replication.table.TablesInStore;
import io.distil.replication.transfer.Homes;
import io.distil.storage.ring.Disk;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.store.InspectionReport;
import io.distil.storage.store.Inspector;
import io.distil.storage.store.Table;
import io.distil.storage.tree.SeriesTree;
import io.distil.storage.tree.TreeShape;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks at a whole data directory, changes nothing, and says what is damaged: the superblocks, every block of every segment,
/// the keyed tree and what its tables mean, the newest tree of every stream point by point and that of every
/// table row by row, and the log as a restart would
/// read it. Used once, by one thread.
public final class StoreInspection {
    private static final List<Table> TABLES =
            List.of(
                    Tables.STREAMS,
                    Tables.OBLITERATED,
                    Tables.VERSIONS,
                    Tables.SESSIONS,
                    Tables.RECORDS,
                    Tables.VOID_POSITIONS,
                    Tables.TERMS,
                    TablesInStore.TABLES,
                    TablesInStore.TABLE_VERSIONS);

    /// What was found.
    ///
    /// @param store what lies in `distil.store` and the segments; its damage is all damage, that of the log included
    /// @param streamCount streams of the last checkpoint
    /// @param pointCount points in the newest trees of these streams; what is only in the log is not counted
    /// @param tableCount tables of the last checkpoint
    /// @param rowCount rows in their newest trees
    /// @param log the log behind that checkpoint; empty if there is no checkpoint to say where it begins
    public record Report(
            InspectionReport store,
            long streamCount,
            long pointCount,
            long tableCount,
            long rowCount,
            Optional<LogInspection.Report> log) {
        public boolean isSound() {
            return store.isSound();
        }

        /// Writes the report for people.
        public void print(PrintStream out) {
            log.ifPresent(found ->
                    out.println(
                            "log: "
                                    + found.slotCount()
                                    + " files, "
                                    + (found.lastPosition() == 0
                                            ? "no entries that a restart would read"
                                            : "a restart reads entries "
                                                    + found.firstPosition()
                                                    + " to "
                                                    + found.lastPosition())));
            out.println("streams: " + streamCount + " with " + pointCount + " points in their newest trees");
            if (tableCount > 0) {
                out.println("tables: " + tableCount + " with " + rowCount + " rows in their newest trees");
            }
            store.print(out);
        }
    }

    private final Disk disk;
    private final TreeShape shape;
    private final MemoryReader reader = new MemoryReader();
    private final Map<BlockReader, SeriesTree> trees = new HashMap<>();
    private long streamCount;
    private long pointCount;
    private long tableCount;
    private long rowCount;

    private StoreInspection(Disk disk, TreeShape shape) {
        this.disk = disk;
        this.shape = shape;
    }

    /// Inspects the store on `disk`, which stays open.
    ///
    /// @param shape the one that the store's trees were built with
    /// @throws IOException if the disk fails; damage is in the report
    public static Report inspect(Disk disk, TreeShape shape) throws IOException {
        return new StoreInspection(disk, shape).run();
    }

    private Report run() throws IOException {
        List<String> damage = new ArrayList<>();
        InspectionReport store = new Inspector(home(damage), TABLES, this::checkEntry).inspect();
        CommandCodec codec = new CommandCodec();
        Optional<LogInspection.Report> log =
                store.checkpoint().isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                LogInspection.inspect(
                                        disk,
                                        store.checkpoint().get().replayFrom(),
                                        store.checkpoint().get().appliedThrough(),
                                        (position, entry) -> codec.decode(entry, "log entry " + position)));
        damage.addAll(store.damage());
        log.flatMap(LogInspection.Report::damage).ifPresent(damage::add);
        return new Report(store.withDamage(damage), streamCount, pointCount, tableCount, rowCount, log);
    }

    /// Where the store lies: the directory itself, or a copy that was installed.
    private Disk home(List<String> damage) throws IOException {
        try {
            return Homes.in(disk, Homes.present(disk));
        } catch (CorruptBlock e) {
            damage.add(e.getMessage());
            return disk;
        }
    }

    /// Says what is wrong with one entry of the keyed tree, if anything is.
    private void checkEntry(Table table, byte[] key, byte[] value, BlockReader blocks) throws IOException {
        if (table == Tables.STREAMS) {
            checkStream(key, value, blocks);
        } else if (table == Tables.VERSIONS) {
            checkVersion(key, value);
        } else if (table == TablesInStore.TABLES) {
            tableCount++;
            rowCount += TablesInStore.checkTable(key, value, blocks);
        } else if (table == TablesInStore.TABLE_VERSIONS) {
            TablesInStore.checkVersion(key, value);
        }
    }

    private void checkStream(byte[] key, byte[] value, BlockReader blocks) throws IOException {
        streamCount++;
        Checkpointer.SavedStream stream = Checkpointer.savedStream(reader, MemorySegment.ofArray(value));
        if (!stream.descriptor().id().equals(Tables.STREAMS.stream(key, 0))) {
            throw new CorruptBlock("it describes stream " + stream.descriptor().id());
        }
        pointCount += stream.root().statistics().count();
        try {
            trees.computeIfAbsent(blocks, of -> new SeriesTree(of, shape)).check(stream.root());
        } catch (BrokenInvariant e) {
            throw new CorruptBlock(e.getMessage(), e);
        }
    }

    private static void checkVersion(byte[] key, byte[] value) throws CorruptBlock {
        long major = Tables.VERSIONS.number(key, 1);
        if (major < 1) {
            throw new CorruptBlock("version " + major + " of a stream; majors are counted from 1");
        }
        BuiltVersion.decode(value, "version " + major);
    }
}
