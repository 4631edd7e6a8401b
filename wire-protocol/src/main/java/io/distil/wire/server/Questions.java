package io.distil.wire.server;

import io.distil.base.BrokenInvariant;
import io.distil.base.TimeRange;
import io.distil.base.api.Consistency;
import io.distil.base.api.KeyRange;
import io.distil.base.api.PointCursor;
import io.distil.base.api.ReadGate;
import io.distil.base.api.Store;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.WindowCursor;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.AnswerEncoder;
import io.distil.wire.frame.Request;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/// Puts the questions of one connection to the store. On reader threads.
final class Questions {
    /// Ranges in a chunk are cut by this.
    private static final int RANGE_BYTES = 16;

    /// Streams asked of a cursor at a time.
    private static final int STREAM_PAGE_COUNT = 64;

    /// Rows asked of a cursor at a time; each may have a mebibyte.
    private static final int ROW_PAGE_COUNT = 32;

    /// Numbers and lengths of a row or a change, beside its key and its value.
    private static final int ROW_OVERHEAD_BYTES = 32;

    private final Store store;
    private final HeldSnapshots snapshots;

    Questions(Store store, HeldSnapshots snapshots) {
        this.store = store;
        this.snapshots = snapshots;
    }

    /// What a question has to pass before it is put; `scope` null for one that reads a held snapshot, or only asks the node.
    record Pass(Consistency consistency, ReadGate.Scope scope) {
        static final Pass FREE = new Pass(Consistency.LINEARIZABLE, null);
    }

    static Pass pass(Request request) {
        return switch (request) {
            case Request.Info r -> new Pass(r.consistency(), new ReadGate.Scope.OfStream(r.stream()));
            case Request.GetRecord r -> new Pass(r.consistency(), ReadGate.Scope.RECORDS);
            case Request.ListRecords r -> new Pass(r.consistency(), ReadGate.Scope.RECORDS);
            case Request.Find r -> new Pass(r.consistency(), ReadGate.Scope.EVERYTHING);
            case Request.Collections r -> new Pass(r.consistency(), ReadGate.Scope.EVERYTHING);
            case Request.ListTables r -> new Pass(r.consistency(), ReadGate.Scope.EVERYTHING);
            case Request.OpenSnapshot r -> new Pass(r.consistency(), new ReadGate.Scope.OfStream(r.stream()));
            case Request.OpenTableSnapshot r ->
                    new Pass(r.consistency(), new ReadGate.Scope.OfTable(r.table(), r.range()));
            case Request.FindNearest r -> pass(r.source());
            case Request.ReadPoints r -> pass(r.source());
            case Request.ReadAlignedWindows r -> pass(r.source());
            case Request.ReadWindows r -> pass(r.source());
            case Request.ReadChanges r -> pass(r.source());
            case Request.GetRow r -> pass(r.source(), justAt(r.key()));
            case Request.ScanRows r -> pass(r.source(), r.range());
            case Request.CountRows r -> pass(r.source(), r.range());
            case Request.ReadTableChanges r -> pass(r.source(), r.range());
            case Request.WatchTable r ->
                    new Pass(Consistency.LINEARIZABLE, new ReadGate.Scope.OfTable(r.table(), r.range()));
            default -> Pass.FREE;
        };
    }

    private static Pass pass(Request.Source source) {
        return switch (source) {
            case Request.Source.Held _ -> Pass.FREE;
            case Request.Source.Direct r -> new Pass(r.consistency(), new ReadGate.Scope.OfStream(r.stream()));
        };
    }

    private static Pass pass(Request.TableSource source, KeyRange range) {
        return switch (source) {
            case Request.TableSource.Held _ -> Pass.FREE;
            case Request.TableSource.Direct r ->
                    new Pass(r.consistency(), new ReadGate.Scope.OfTable(r.table(), range));
        };
    }

    /// The range that has this key alone.
    private static KeyRange justAt(byte[] key) {
        return new KeyRange(key, Arrays.copyOf(key, key.length + 1));
    }

    /// Puts a question with one answer.
    Answer ask(Request request) throws IOException {
        return switch (request) {
            case Request.Info r -> new Answer.Streams(List.of(store.at(r.consistency()).info(r.stream())));
            case Request.GetRecord r -> {
                var record = store.at(r.consistency()).record(r.key());
                yield new Answer.Records(record.map(List::<StoredRecord>of).orElse(List.of()));
            }
            case Request.GetStatus _ -> new Answer.Status(store.status());
            case Request.GetClusterMap _ -> new Answer.Cluster(store.clusterMap());
            case Request.OpenSnapshot r -> {
                snapshots.checkRoom();
                StreamSnapshot snapshot = store.at(r.consistency()).snapshot(r.stream(), r.at());
                var shown = snapshot.version();
                yield new Answer.SnapshotOpened(snapshots.add(snapshot), shown);
            }
            case Request.OpenTableSnapshot r -> {
                snapshots.checkRoom();
                TableSnapshot snapshot = store.at(r.consistency()).tableSnapshot(r.table(), r.at(), r.range());
                var shown = snapshot.version();
                yield new Answer.SnapshotOpened(snapshots.add(snapshot), shown);
            }
            case Request.FindNearest r -> {
                try (var use = use(r.source())) {
                    yield new Answer.Nearest(use.snapshot().nearest(r.time(), r.direction()));
                }
            }
            case Request.GetRow r -> {
                try (var use = use(r.source(), justAt(r.key()))) {
                    yield new Answer.Rows(use.snapshot().get(r.key()).map(List::<TableRow>of).orElse(List.of()));
                }
            }
            case Request.CountRows r -> {
                try (var use = use(r.source(), r.range())) {
                    yield new Answer.Count(use.snapshot().count(r.range()));
                }
            }
            default -> throw new BrokenInvariant(request.getClass().getSimpleName() + " is no single question");
        };
    }

    /// Puts a question with a streamed answer.
    ChunkSource open(Request.Streamed request, ReaderPool.Reader reader) throws IOException {
        return switch (request) {
            case Request.Find r -> {
                StreamCursor cursor = store.at(r.consistency()).find(r.filter());
                yield ChunkSource.ofPages(
                        () -> cursor.next(STREAM_PAGE_COUNT),
                        AnswerEncoder::bytesMax,
                        Answer.Streams::new,
                        cursor::close);
            }
            case Request.Collections r ->
                    ChunkSource.ofList(
                            store.at(r.consistency()).collections(r.prefix()),
                            text -> 4 + 3L * text.length(),
                            Answer.Texts::new);
            case Request.ListRecords r ->
                    ChunkSource.ofList(
                            store.at(r.consistency()).records(r.prefix()),
                            record -> 24 + 3L * record.key().length() + record.value().length,
                            Answer.Records::new);
            case Request.ListTables r ->
                    ChunkSource.ofList(
                            store.at(r.consistency()).tables(r.prefix()),
                            (TableInfo table) -> 36 + 3L * table.name().length(),
                            Answer.Tables::new);
            case Request.ReadPoints r -> points(r, reader);
            case Request.ReadAlignedWindows r ->
                    windows(r.source(), snapshot -> snapshot.alignedWindows(r.range(), r.widthLog2()), reader);
            case Request.ReadWindows r ->
                    windows(r.source(), snapshot -> snapshot.windows(r.range(), r.widthNanos(), r.depthLog2()), reader);
            case Request.ReadChanges r -> {
                try (var use = use(r.source())) {
                    List<TimeRange> ranges = use.snapshot().changesSince(r.since(), r.resolutionLog2());
                    yield ChunkSource.ofList(ranges, _ -> RANGE_BYTES, Answer.Ranges::new);
                }
            }
            case Request.ScanRows r -> rows(r);
            case Request.ReadTableChanges r -> {
                SnapshotUse<TableSnapshot> use = use(r.source(), r.range());
                TableCursor<TableChange> cursor = opened(use, snapshot -> snapshot.changesSince(r.since(), r.range()));
                yield ChunkSource.ofPages(
                        () -> cursor.next(ROW_PAGE_COUNT),
                        Questions::bytesMax,
                        Answer.TableChanges::new,
                        () -> close(cursor::close, use));
            }
            case Request.WatchTable r -> new WatchSource(store.watch(r.table(), r.range(), r.since()), r.since());
            case Request.SubscribeReverts _, Request.RunOperation _ ->
                    throw new BrokenInvariant(request.getClass().getSimpleName() + " is not answered by pulling");
        };
    }

    static long bytesMax(TableChange change) {
        return ROW_OVERHEAD_BYTES + change.key().length + change.value().map(value -> value.length).orElse(0);
    }

    private ChunkSource points(Request.ReadPoints request, ReaderPool.Reader reader) throws IOException {
        SnapshotUse<StreamSnapshot> use = use(request.source());
        PointCursor cursor = opened(use, snapshot -> snapshot.points(request.range()));
        return ChunkSource.of(
                () -> cursor.next(reader.points()) == 0 ? null : new Answer.Points(reader.points().columns()),
                () -> close(cursor::close, use));
    }

    private ChunkSource windows(
            Request.Source source, Opener<StreamSnapshot, WindowCursor> opener, ReaderPool.Reader reader)
            throws IOException {
        SnapshotUse<StreamSnapshot> use = use(source);
        WindowCursor cursor = opened(use, opener);
        return ChunkSource.of(
                () -> cursor.next(reader.windows()) == 0 ? null : Answer.Windows.of(reader.windows()),
                () -> close(cursor::close, use));
    }

    private ChunkSource rows(Request.ScanRows request) throws IOException {
        SnapshotUse<TableSnapshot> use = use(request.source(), request.range());
        TableCursor<TableRow> cursor = opened(use, snapshot -> snapshot.scan(request.range(), request.isBackward()));
        long[] left = {request.rowsMax() == 0 ? Long.MAX_VALUE : request.rowsMax()};
        return ChunkSource.ofPages(
                () -> {
                    if (left[0] == 0) {
                        return List.of();
                    }
                    List<TableRow> page = cursor.next((int) Math.min(left[0], ROW_PAGE_COUNT));
                    left[0] -= page.size();
                    return page;
                },
                row -> ROW_OVERHEAD_BYTES + row.key().length + row.value().length,
                Answer.Rows::new,
                () -> close(cursor::close, use));
    }

    // Snapshots.

    private SnapshotUse<StreamSnapshot> use(Request.Source source) throws IOException {
        return switch (source) {
            case Request.Source.Held(long number) -> snapshots.use(number, StreamSnapshot.class);
            case Request.Source.Direct r -> {
                StreamSnapshot snapshot = store.at(r.consistency()).snapshot(r.stream(), r.at());
                yield SnapshotUse.alone(snapshot, snapshot::close);
            }
        };
    }

    private SnapshotUse<TableSnapshot> use(Request.TableSource source, KeyRange range) throws IOException {
        return switch (source) {
            case Request.TableSource.Held(long number) -> snapshots.use(number, TableSnapshot.class);
            case Request.TableSource.Direct r -> {
                TableSnapshot snapshot = store.at(r.consistency()).tableSnapshot(r.table(), r.at(), range);
                yield SnapshotUse.alone(snapshot, snapshot::close);
            }
        };
    }

    /// Opens a cursor on a snapshot.
    private interface Opener<S, T> {
        T open(S snapshot) throws IOException;
    }

    /// Lets the snapshot go again if the opener fails.
    private static <S, T> T opened(SnapshotUse<S> use, Opener<S, T> opener) throws IOException {
        try {
            return opener.open(use.snapshot());
        } catch (Throwable e) {
            use.close();
            throw e;
        }
    }

    private static void close(Runnable closeCursor, SnapshotUse<?> use) {
        try (use) {
            closeCursor.run();
        }
    }
}
