package io.distil.wire.client;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.ClusterAdmin;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Direction;
import io.distil.base.api.KeyRange;
import io.distil.base.api.Point;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowCursor;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Request;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/// The questions one can put to a node over a link, at one consistency. Any thread.
record RemoteStore(Link link, Consistency consistency) {
    private int credit() {
        return link.creditChunks();
    }

    // Streams and records.

    StreamInfo info(StreamId stream) throws IOException {
        return link.ask(
                _ -> new Request.Info(stream, consistency),
                answer -> answer instanceof Answer.Streams(List<StreamInfo> streams) ? streams.getFirst() : null);
    }

    StreamCursor find(StreamFilter filter) throws IOException {
        return RemoteCursors.streams(link.stream(_ -> new Request.Find(filter, consistency, credit())));
    }

    List<String> collections(String prefix) throws IOException {
        return link.collect(
                _ -> new Request.Collections(prefix, consistency, credit()),
                chunk -> chunk instanceof Answer.Texts(List<String> texts) ? texts : List.of());
    }

    Optional<StoredRecord> record(String key) throws IOException {
        return link.ask(
                _ -> new Request.GetRecord(key, consistency),
                answer ->
                        answer instanceof Answer.Records(List<StoredRecord> records)
                                ? records.stream().findFirst()
                                : null);
    }

    List<StoredRecord> records(String prefix) throws IOException {
        return link.collect(
                _ -> new Request.ListRecords(prefix, consistency, credit()),
                chunk -> chunk instanceof Answer.Records(List<StoredRecord> records) ? records : List.of());
    }

    SortedMap<String, String> status() throws IOException {
        return link.ask(
                _ -> new Request.GetStatus(),
                answer -> answer instanceof Answer.Status status ? new TreeMap<>(status.entries()) : null);
    }

    // Points.

    RemoteSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        long[] connection = new long[1];
        return link.ask(
                on -> {
                    connection[0] = on;
                    return new Request.OpenSnapshot(stream, at, consistency);
                },
                answer ->
                        answer instanceof Answer.SnapshotOpened(long number, Version shown)
                                ? new RemoteSnapshot(this, stream, shown, number, connection[0])
                                : null);
    }

    /// A source that is looked up for one read alone.
    LongFunction<Request.Source> direct(StreamId stream, VersionSelector at) {
        Request.Source source = new Request.Source.Direct(stream, at, consistency);
        return _ -> source;
    }

    PointCursor points(LongFunction<Request.Source> source, TimeRange range) {
        return RemoteCursors.points(link.stream(on -> new Request.ReadPoints(source.apply(on), range, credit())));
    }

    WindowCursor alignedWindows(LongFunction<Request.Source> source, TimeRange range, int widthLog2) {
        Times.checkWidthLog2(widthLog2);
        return RemoteCursors.windows(
                link.stream(on -> new Request.ReadAlignedWindows(source.apply(on), range, widthLog2, credit())));
    }

    WindowCursor windows(LongFunction<Request.Source> source, TimeRange range, long widthNanos, int depthLog2) {
        Times.checkWidthLog2(depthLog2);
        return RemoteCursors.windows(
                link.stream(on -> new Request.ReadWindows(source.apply(on), range, widthNanos, depthLog2, credit())));
    }

    Optional<Point> nearest(LongFunction<Request.Source> source, long time, Direction direction) throws IOException {
        return link.ask(
                on -> new Request.FindNearest(source.apply(on), time, direction),
                answer -> answer instanceof Answer.Nearest(Optional<Point> point) ? point : null);
    }

    List<TimeRange> changesSince(LongFunction<Request.Source> source, Version since, int resolutionLog2)
            throws IOException {
        Times.checkWidthLog2(resolutionLog2);
        return link.collect(
                on -> new Request.ReadChanges(source.apply(on), since, resolutionLog2, credit()),
                chunk -> chunk instanceof Answer.Ranges(List<TimeRange> ranges) ? ranges : List.of());
    }

    // Tables.

    List<TableInfo> tables(String prefix) throws IOException {
        return link.collect(
                _ -> new Request.ListTables(prefix, consistency, credit()),
                chunk -> chunk instanceof Answer.Tables(List<TableInfo> tables) ? tables : List.of());
    }

    RemoteTableSnapshot tableSnapshot(String table, VersionSelector at, KeyRange range) throws IOException {
        long[] connection = new long[1];
        return link.ask(
                on -> {
                    connection[0] = on;
                    return new Request.OpenTableSnapshot(table, range, at, consistency);
                },
                answer ->
                        answer instanceof Answer.SnapshotOpened(long number, Version shown)
                                ? new RemoteTableSnapshot(this, table, shown, number, connection[0])
                                : null);
    }

    /// A source that is looked up for one read alone.
    LongFunction<Request.TableSource> direct(String table, VersionSelector at) {
        Request.TableSource source = new Request.TableSource.Direct(table, at, consistency);
        return _ -> source;
    }

    Optional<TableRow> get(LongFunction<Request.TableSource> source, byte[] key) throws IOException {
        return link.ask(
                on -> new Request.GetRow(source.apply(on), key),
                answer -> answer instanceof Answer.Rows(List<TableRow> rows) ? rows.stream().findFirst() : null);
    }

    long count(LongFunction<Request.TableSource> source, KeyRange range) throws IOException {
        return link.ask(
                on -> new Request.CountRows(source.apply(on), range),
                answer -> answer instanceof Answer.Count(long count) ? count : null);
    }

    TableCursor<TableRow> scan(LongFunction<Request.TableSource> source, KeyRange range, boolean backward, long rowsMax)
            throws IOException {
        return RemoteCursors.items(
                link.stream(on -> new Request.ScanRows(source.apply(on), range, backward, rowsMax, credit())),
                chunk -> chunk instanceof Answer.Rows(List<TableRow> rows) ? rows : List.of());
    }

    TableCursor<TableChange> changes(LongFunction<Request.TableSource> source, Version since, KeyRange range)
            throws IOException {
        return RemoteCursors.items(
                link.stream(on -> new Request.ReadTableChanges(source.apply(on), since, range, credit())),
                chunk -> chunk instanceof Answer.TableChanges(List<TableChange> changes) ? changes : List.of());
    }

    TableWatch watch(String table, KeyRange range, Version since) throws IOException {
        return RemoteTableWatch.open(link.stream(_ -> new Request.WatchTable(table, range, since, credit())));
    }

    // The cluster.

    ClusterMap clusterMap() throws IOException {
        return link.ask(
                _ -> new Request.GetClusterMap(),
                answer -> answer instanceof Answer.Cluster(ClusterMap map) ? map : null);
    }

    void run(ClusterAdmin.Operation operation, Consumer<String> progress) throws IOException {
        try (ChunkQueue queue = link.stream(_ -> new Request.RunOperation(operation, credit()))) {
            for (Answer.Chunk chunk = queue.next(); chunk != null; chunk = queue.next()) {
                if (chunk instanceof Answer.Texts(List<String> sentences)) {
                    sentences.forEach(progress);
                }
            }
        }
    }
}
