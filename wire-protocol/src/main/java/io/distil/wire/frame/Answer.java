package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Outcome;
import io.distil.base.api.Point;
import io.distil.base.api.PointColumns;
import io.distil.base.api.Reverts;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.WindowBatch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything a server can send.
public sealed interface Answer {
    /// The answer to {@link Request.Hello}.
    ///
    /// @param serverName the program and its version, for people
    record Welcome(int protocolVersion, long features, Limits limits, String serverName) implements Answer {}

    /// The request was not done; with request id 0, the connection ends.
    ///
    /// @param inDoubt false: nothing was changed; true: the server cannot tell
    record Failure(ErrorCode code, boolean inDoubt, String sentence) implements Answer {}

    record Pong(long echo) implements Answer {}

    /// No more chunks follow.
    record End() implements Answer {}

    /// A mutation is durable as asked; also answers {@link Request.CloseSnapshot} and {@link Request.Await}, with an empty
    /// outcome.
    record Done(Outcome outcome) implements Answer {}

    record Status(Map<String, String> entries) implements Answer {}

    /// @param shown the version the snapshot shows
    record SnapshotOpened(long snapshot, Version shown) implements Answer {}

    record Nearest(Optional<Point> point) implements Answer {}

    record Count(long count) implements Answer {}

    record Cluster(ClusterMap map) implements Answer {}

    /// The answer to {@link Request.AskGroup}.
    record OfGroup(byte[] answer) implements Answer {}

    /// A part of a streamed answer; each takes one credit.
    sealed interface Chunk extends Answer {}

    /// Also the whole answer to {@link Request.Info}, then without an end.
    record Streams(List<StreamInfo> streams) implements Chunk {}

    record Texts(List<String> texts) implements Chunk {}

    /// Also the whole answer to {@link Request.GetRecord}: one record or none, then without an end.
    record Records(List<StoredRecord> records) implements Chunk {}

    /// Columns of the frame, in place.
    record Points(PointColumns points) implements Chunk {}

    record Ranges(List<TimeRange> ranges) implements Chunk {}

    record Tables(List<TableInfo> tables) implements Chunk {}

    /// Also the whole answer to {@link Request.GetRow}: one row or none, then without an end.
    record Rows(List<TableRow> rows) implements Chunk {}

    record TableChanges(List<TableChange> changes) implements Chunk {}

    /// A batch of changes, or a part of one.
    ///
    /// @param isWhole false if more of the same batch follows
    record Watched(Version through, boolean isCatchUp, boolean isWhole, List<TableChange> changes) implements Chunk {}

    record Reverted(List<Reverts.Revert> reverts) implements Chunk {}

    /// Columns of the frame, in place, in the order of {@link WindowBatch.Column}, each `8 * count` bytes.
    record Windows(int count, List<MemorySegment> columns) implements Chunk {
        public static Windows of(WindowBatch batch) {
            List<MemorySegment> columns = new ArrayList<>(WindowBatch.COLUMN_COUNT);
            for (WindowBatch.Column column : WindowBatch.Column.values()) {
                columns.add(batch.column(column).asSlice(0, 8L * batch.count()));
            }
            return new Windows(batch.count(), columns);
        }

        /// Copies `rowCount` windows from row `fromRow` behind those that are in the batch.
        public void copyTo(WindowBatch batch, int fromRow, int rowCount) {
            for (WindowBatch.Column column : WindowBatch.Column.values()) {
                MemorySegment.copy(
                        columns.get(column.ordinal()),
                        8L * fromRow,
                        batch.column(column),
                        8L * batch.count(),
                        8L * rowCount);
            }
            batch.setCount(batch.count() + rowCount);
        }
    }

    /// What a server takes from one connection, and sends on it.
    ///
    /// @param mutationsInFlightMax beyond it the server stops reading the connection until some are done
    /// @param mutationBytesInFlightMax the same, in bytes of frames
    /// @param readsInFlightMax further reads are refused as overload
    /// @param snapshotsHeldMax further snapshots are refused as overload
    /// @param creditMax most chunks that may be outstanding for one request; more credit counts as this
    /// @param idleTimeoutMillis a connection on which nothing arrives for so long is closed
    record Limits(
            int frameBytesMax,
            int insertPointsMax,
            int mutationsInFlightMax,
            long mutationBytesInFlightMax,
            int readsInFlightMax,
            int snapshotsHeldMax,
            int chunkPointsMax,
            int chunkWindowsMax,
            int creditMax,
            int idleTimeoutMillis) {}
}
