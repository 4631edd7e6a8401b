package io.distil.replication.tablet;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Everything that must be the same on every replica that has applied the same entries, as lines of text: what streams and
/// tables there are, the points and rows of each version that can be read, records, client sessions, terms. Points and rows
/// are shown by their SHA-256. What may differ is left out: where blocks lie, which trees are built, when checkpoints were
/// taken.
///
/// It reads all data of all versions: for tests, and for operators who doubt.
final class StateDump {
    private static final int BATCH_POINTS = 4096;
    private static final int PAGE_ROWS = 512;

    private final Engine engine;
    private final Consumer<String> lines;

    private StateDump(Engine engine, Consumer<String> lines) {
        this.engine = engine;
        this.lines = lines;
    }

    /// Gives out the lines of the present state.
    ///
    /// @throws Refused `OVERLOADED` if something was applied meanwhile: the lines are then of no one state
    static void dump(Engine engine, Consumer<String> lines) throws IOException {
        long through = engine.state().appliedThrough();
        new StateDump(engine, lines).dump(through);
        long now = engine.state().appliedThrough();
        if (now != through) {
            throw new Refused(
                    ErrorCode.OVERLOADED,
                    "entries "
                            + (through + 1)
                            + " to "
                            + now
                            + " were applied during the dump: repeat it in a quiet hour");
        }
    }

    private void dump(long through) throws IOException {
        TabletState state = engine.state();
        lines.accept("applied through " + through);
        state.placement().tablets().tablets().forEach(tablet -> lines.accept(tablet.toString()));
        state.terms().forEach((term, position) -> lines.accept("term " + term + " from " + position));
        for (StreamId id : state.streams().keySet().stream().sorted().toList()) {
            dumpStream(id);
        }
        for (TableInfo table : state.tables().list("")) {
            dumpTable(table);
        }
        for (StoredRecord record : state.records().withPrefix("")) {
            lines.accept(
                    "record %s revision %d %s"
                            .formatted(record.key(), record.revision(), hex(sha().digest(record.value()))));
        }
        state.sessions().describe(lines);
    }

    private void dumpStream(StreamId id) throws IOException {
        StreamDescriptor d = engine.state().catalog().get(id);
        lines.accept(
                "stream %s collection %s tags %s annotations %s property version %d"
                        .formatted(
                                id,
                                d.collection(),
                                new TreeMap<>(d.tags()),
                                new TreeMap<>(d.annotations()),
                                d.propertyVersion()));
        Version present = engine.state().stream(id).buffer().version();
        for (VersionSelector at : versions(present)) {
            try (StreamSnapshot snapshot = engine.reads().snapshot(id, at, () -> {})) {
                lines.accept("stream %s version %s points %s".formatted(id, snapshot.version(), points(snapshot)));
            } catch (Refused notRetained) {
                lines.accept("stream %s version %s not retained".formatted(id, at));
            }
        }
    }

    /// All majors, and the present version last.
    private static List<VersionSelector> versions(Version present) {
        List<VersionSelector> versions = new ArrayList<>();
        for (long major = 1; major <= present.major(); major++) {
            versions.add(VersionSelector.at(Version.ofMajor(major)));
        }
        versions.add(VersionSelector.LATEST);
        return versions;
    }

    private static String points(StreamSnapshot snapshot) throws IOException {
        MessageDigest sha = sha();
        long count = 0;
        byte[] row = new byte[2 * Long.BYTES];
        MemorySegment memory = MemorySegment.ofArray(row);
        try (PointBatch batch = new PointBatch(BATCH_POINTS);
                PointCursor points = snapshot.points(TimeRange.ALL)) {
            while (points.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    memory.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, batch.time(i));
                    memory.set(ValueLayout.JAVA_LONG_UNALIGNED, Long.BYTES, Double.doubleToRawLongBits(batch.value(i)));
                    sha.update(row);
                }
                count += batch.count();
            }
        }
        return count + " " + hex(sha.digest());
    }

    private void dumpTable(TableInfo table) throws IOException {
        lines.accept("table %s created %d".formatted(table.name(), table.createdEpochNanos()));
        for (VersionSelector at : versions(table.version())) {
            try (TableSnapshot snapshot = engine.state().tables().snapshot(table.name(), at, () -> {})) {
                lines.accept("table %s version %s rows %s".formatted(table.name(), snapshot.version(), rows(snapshot)));
            } catch (Refused notRetained) {
                lines.accept("table %s version %s not retained".formatted(table.name(), at));
            }
        }
    }

    private static String rows(TableSnapshot snapshot) throws IOException {
        MessageDigest sha = sha();
        long count = 0;
        try (TableCursor<TableRow> rows = snapshot.scan(KeyRange.ALL, false)) {
            for (List<TableRow> page = rows.next(PAGE_ROWS); !page.isEmpty(); page = rows.next(PAGE_ROWS)) {
                for (TableRow row : page) {
                    String written = row.key().length + " " + row.value().length + " " + row.version() + " ";
                    sha.update(written.getBytes(StandardCharsets.UTF_8));
                    sha.update(row.key());
                    sha.update(row.value());
                }
                count += page.size();
            }
        }
        return count + " " + hex(sha.digest());
    }

    static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
