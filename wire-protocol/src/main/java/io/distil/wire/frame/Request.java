package io.distil.wire.frame;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

/// Everything a client can send after the preamble.
public sealed interface Request {
    /// The first frame of a connection.
    ///
    /// @param features the optional parts of the protocol the client can use; none are defined yet
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
    record Mutate(Mutation mutation, WriteTag tag) implements Request {}

    record Info(StreamId stream) implements Request {}

    record GetRecord(String key) implements Request {}

    record GetStatus() implements Request {}

    record OpenSnapshot(StreamId stream, VersionSelector at) implements Request {}

    record CloseSnapshot(long snapshot) implements Request {}

    record FindNearest(Source source, long time, Direction direction) implements Request {}

    /// A question answered by chunks under credit, then {@link Answer.End}.
    sealed interface Streamed extends Request {
        /// How many chunks the server may send before it is granted more.
        long credit();
    }

    record Find(StreamFilter filter, long credit) implements Streamed {}

    record Collections(String prefix, long credit) implements Streamed {}

    record ListRecords(String prefix, long credit) implements Streamed {}

    record ReadPoints(Source source, TimeRange range, long credit) implements Streamed {}

    record ReadAlignedWindows(Source source, TimeRange range, int widthLog2, long credit) implements Streamed {}

    record ReadWindows(Source source, TimeRange range, long widthNanos, int depthLog2, long credit)
            implements Streamed {}

    record ReadChanges(Source source, Version since, int resolutionLog2, long credit) implements Streamed {}

    /// Where a read looks.
    sealed interface Source {
        /// A snapshot this connection has opened.
        record Held(long snapshot) implements Source {}

        /// A stream at a version, looked up for this read alone.
        record Direct(StreamId stream, VersionSelector at) implements Source {}
    }
}
