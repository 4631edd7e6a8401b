package io.distil.wire.client;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.Point;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowCursor;
import io.distil.wire.frame.Request;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A snapshot the server holds for this store. It lives as long as the connection it was opened on. After that, reads name
/// the version instead: they go on if the store still has it, and are refused with `VERSION_NOT_AVAILABLE` if not; they
/// never show another version.
final class RemoteSnapshot implements StreamSnapshot {
    private final RemoteStore store;
    private final StreamId stream;
    private final Version version;
    private final long number;
    private final long connectionNumber;
    private boolean isClosed;

    RemoteSnapshot(RemoteStore store, StreamId stream, Version version, long number, long connectionNumber) {
        this.store = store;
        this.stream = stream;
        this.version = version;
        this.number = number;
        this.connectionNumber = connectionNumber;
    }

    /// Where to look, for a request sent on the connection with this number.
    private Request.Source source(long onConnection) {
        return onConnection == connectionNumber
                ? new Request.Source.Held(number)
                : new Request.Source.Direct(stream, VersionSelector.at(version), store.consistency());
    }

    @Override
    public StreamId stream() {
        return stream;
    }

    @Override
    public Version version() {
        return version;
    }

    @Override
    public PointCursor points(TimeRange range) throws IOException {
        return store.points(this::source, range);
    }

    @Override
    public WindowCursor alignedWindows(TimeRange range, int widthLog2) throws IOException {
        return store.alignedWindows(this::source, range, widthLog2);
    }

    @Override
    public WindowCursor windows(TimeRange range, long widthNanos, int depthLog2) throws IOException {
        return store.windows(this::source, range, widthNanos, depthLog2);
    }

    @Override
    public Optional<Point> nearest(long time, Direction direction) throws IOException {
        return store.nearest(this::source, time, direction);
    }

    @Override
    public List<TimeRange> changesSince(Version since, int resolutionLog2) throws IOException {
        return store.changesSince(this::source, since, resolutionLog2);
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            store.link().closeSnapshot(number, connectionNumber);
        }
    }
}
