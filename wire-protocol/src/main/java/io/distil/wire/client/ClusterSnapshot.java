package io.distil.wire.client;

import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Direction;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamKey;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// A snapshot of a stream that some node of a cluster holds. When that node is gone, another one is asked for the same
/// version, which means the same points on every replica; a read of which something was handed on already fails.
final class ClusterSnapshot implements StreamSnapshot {
    private final ClusterReads reads;
    private final Consistency consistency;
    private final StreamId stream;
    private final Version version;
    private RemoteSnapshot held;
    private boolean isClosed;

    private ClusterSnapshot(ClusterReads reads, Consistency consistency, RemoteSnapshot held) {
        this.reads = reads;
        this.consistency = consistency;
        this.stream = held.stream();
        this.version = held.version();
        this.held = held;
    }

    static ClusterSnapshot open(ClusterReads reads, Consistency consistency, StreamId stream, VersionSelector at)
            throws IOException {
        return new ClusterSnapshot(reads, consistency, hold(reads, consistency, stream, at));
    }

    private static RemoteSnapshot hold(ClusterReads reads, Consistency consistency, StreamId stream, VersionSelector at)
            throws IOException {
        return reads.ask(
                map -> map.group(ClusterMap.STREAMS, StreamKey.first(stream)),
                consistency,
                node -> node.snapshot(stream, at));
    }

    /// The snapshot where it is held now; at the second try of a read, held anew.
    private RemoteSnapshot held(int attempt) throws IOException {
        RemoteSnapshot gone;
        synchronized (this) {
            if (attempt == 0 || isClosed) {
                return held;
            }
            gone = held;
        }
        RemoteSnapshot anew = hold(reads, consistency, stream, VersionSelector.at(version));
        synchronized (this) {
            if (held == gone && !isClosed) {
                held = anew;
                gone.close();
            } else {
                anew.close();
            }
            return held;
        }
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
    public PointCursor points(TimeRange range) {
        return new PointCursor() {
            private PointCursor cursor;

            @Override
            public int next(PointBatch batch) throws IOException {
                if (cursor != null) {
                    return cursor.next(batch);
                }
                return reads.repeated(attempt -> {
                    PointCursor opened = held(attempt).points(range);
                    try {
                        int count = opened.next(batch);
                        cursor = opened;
                        return count;
                    } catch (IOException | Refused e) {
                        opened.close();
                        throw e;
                    }
                });
            }

            @Override
            public void close() {
                if (cursor != null) {
                    cursor.close();
                }
            }
        };
    }

    @Override
    public WindowCursor alignedWindows(TimeRange range, int widthLog2) {
        Times.checkWidthLog2(widthLog2);
        return windows(snapshot -> snapshot.alignedWindows(range, widthLog2));
    }

    @Override
    public WindowCursor windows(TimeRange range, long widthNanos, int depthLog2) {
        Times.checkWidthLog2(depthLog2);
        return windows(snapshot -> snapshot.windows(range, widthNanos, depthLog2));
    }

    private interface Windows {
        WindowCursor of(RemoteSnapshot snapshot) throws IOException;
    }

    private WindowCursor windows(Windows windows) {
        return new WindowCursor() {
            private WindowCursor cursor;

            @Override
            public int next(WindowBatch batch) throws IOException {
                if (cursor != null) {
                    return cursor.next(batch);
                }
                return reads.repeated(attempt -> {
                    WindowCursor opened = windows.of(held(attempt));
                    try {
                        int count = opened.next(batch);
                        cursor = opened;
                        return count;
                    } catch (IOException | Refused e) {
                        opened.close();
                        throw e;
                    }
                });
            }

            @Override
            public void close() {
                if (cursor != null) {
                    cursor.close();
                }
            }
        };
    }

    @Override
    public Optional<Point> nearest(long time, Direction direction) throws IOException {
        return reads.repeated(attempt -> held(attempt).nearest(time, direction));
    }

    @Override
    public List<TimeRange> changesSince(Version since, int resolutionLog2) throws IOException {
        Times.checkWidthLog2(resolutionLog2);
        return reads.repeated(attempt -> held(attempt).changesSince(since, resolutionLog2));
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            held.close();
        }
    }
}
