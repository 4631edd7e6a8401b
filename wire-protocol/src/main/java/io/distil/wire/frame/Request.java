package io.distil.wire.frame;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.ClusterAdmin;
import io.distil.base.api.Consistency;
import io.distil.base.api.Direction;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

/// Everything a client can send after the preamble.
public sealed interface Request {
    /// The first frame of a connection.
    ///
    /// @param features the optional parts of the protocol the client can use: {@link FrameFormat#FEATURE_CLUSTER}
    /// @param clientName who is there, for the server's log
    /// @param token room for a credential; carried, not looked at yet
    record Hello(long clientHigh, long clientLow, long features, String clientName, byte[] token) implements Request {}

    /// Asks for a {@link Answer.Pong}, to find out whether the other end is still there.
    record Ping(long echo) implements Request {}

    /// Lets the server send `chunks` more chunks of the answer to the request with the same id.
    record Credit(long chunks) implements Request {}

    /// Ends the answer to the request with the same id early; the server still sends its {@link Answer.End}.
    record Cancel() implements Request {}

    /// A change. The points in it are columns of the frame, in place.
    record Mutate(Mutation mutation, WriteTag tag, Durability durability) implements Request {}

    /// Waits until what was acknowledged at a position is durable.
    record Await(LogPosition position, Durability durability) implements Request {}

    record Info(StreamId stream, Consistency consistency) implements Request {}

    record GetRecord(String key, Consistency consistency) implements Request {}

    /// What the node says of itself.
    record GetStatus() implements Request {}

    record OpenSnapshot(StreamId stream, VersionSelector at, Consistency consistency) implements Request {}

    /// Of a stream or of a table.
    record CloseSnapshot(long snapshot) implements Request {}

    record FindNearest(Source source, long time, Direction direction) implements Request {}

    /// A question answered by chunks under credit, then {@link Answer.End}.
    sealed interface Streamed extends Request {
        /// How many chunks the server may send before it is granted more.
        long credit();
    }

    record Find(StreamFilter filter, Consistency consistency, long credit) implements Streamed {}

    record Collections(String prefix, Consistency consistency, long credit) implements Streamed {}

    record ListRecords(String prefix, Consistency consistency, long credit) implements Streamed {}

    record ReadPoints(Source source, TimeRange range, long credit) implements Streamed {}

    record ReadAlignedWindows(Source source, TimeRange range, int widthLog2, long credit) implements Streamed {}

    record ReadWindows(Source source, TimeRange range, long widthNanos, int depthLog2, long credit)
            implements Streamed {}

    record ReadChanges(Source source, Version since, int resolutionLog2, long credit) implements Streamed {}

    /// Wants to hear of every cut of a log of this node, until it is cancelled. Answered by an empty chunk at once.
    record SubscribeReverts(long credit) implements Streamed {}

    /// A question about tables.
    sealed interface OfTable extends Request {}

    record ListTables(String prefix, Consistency consistency, long credit) implements OfTable, Streamed {}

    /// @param range of the keys that will be asked for
    record OpenTableSnapshot(String table, KeyRange range, VersionSelector at, Consistency consistency)
            implements OfTable {}

    record GetRow(TableSource source, byte[] key) implements OfTable {}

    /// @param rowsMax rows after which the answer ends; 0 for all
    record ScanRows(TableSource source, KeyRange range, boolean isBackward, long rowsMax, long credit)
            implements OfTable, Streamed {}

    record CountRows(TableSource source, KeyRange range) implements OfTable {}

    record ReadTableChanges(TableSource source, Version since, KeyRange range, long credit)
            implements OfTable, Streamed {}

    /// Answered by an empty batch at once, then by every change, until it is cancelled.
    record WatchTable(String table, KeyRange range, Version since, long credit) implements OfTable, Streamed {}

    /// A question about the cluster.
    sealed interface OfCluster extends Request {}

    record GetClusterMap() implements OfCluster {}

    /// Answered by sentences while it is done, the first empty. Cancelling ends the sentences, not the operation.
    record RunOperation(ClusterAdmin.Operation operation, long credit) implements OfCluster, Streamed {}

    /// Has a group do a command about its tablets.
    record PlaceTablets(int group, byte[] command, WriteTag tag) implements OfCluster {}

    /// Asks what the leader of a group knows, for whoever places tablets.
    record AskGroup(int group, byte[] question) implements OfCluster {}

    /// Where a read looks.
    sealed interface Source {
        /// A snapshot this connection has opened.
        record Held(long snapshot) implements Source {}

        /// A stream at a version, looked up for this read alone.
        record Direct(StreamId stream, VersionSelector at, Consistency consistency) implements Source {}
    }

    /// Where a read of a table looks.
    sealed interface TableSource {
        /// A snapshot this connection has opened.
        record Held(long snapshot) implements TableSource {}

        /// A table at a version, looked up for this read alone.
        record Direct(String table, VersionSelector at, Consistency consistency) implements TableSource {}
    }
}
