package io.distil.wire.server;

import io.distil.base.TimeRange;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;
import io.distil.base.api.WindowCursor;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.AnswerEncoder;
import io.distil.wire.frame.Request;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// The chunks of one streamed answer, pulled one at a time. One owner thread.
interface ChunkSource extends AutoCloseable {
    /// The next chunk, or null at the end. Its columns are valid until the next call on the same reader.
    Answer.Chunk next() throws IOException;

    @Override
    void close();

    /// Lists are cut into chunks of about this many bytes.
    int LIST_CHUNK_BYTES = 256 << 10;

    /// Ranges in a chunk.
    int CHUNK_RANGES = 16 << 10;

    /// Streams asked of a cursor at a time.
    int STREAM_PAGE_COUNT = 64;

    /// Asks the store; `snapshots` are those of the connection.
    static ChunkSource open(
            Request.Streamed request, StreamStore store, HeldSnapshots snapshots, ReaderPool.Reader reader)
            throws IOException {
        return switch (request) {
            case Request.Find r -> streams(store.find(r.filter()));
            case Request.Collections r ->
                    list(store.collections(r.prefix()), text -> 4 + 3L * text.length(), Answer.Texts::new);
            case Request.ListRecords r -> list(store.records(r.prefix()), ChunkSource::bytesMax, Answer.Records::new);
            case Request.ReadPoints r ->
                    using(
                            r.source(),
                            store,
                            snapshots,
                            use -> {
                                PointCursor cursor = use.snapshot().points(r.range());
                                return source(
                                        () ->
                                                cursor.next(reader.points()) == 0
                                                        ? null
                                                        : new Answer.Points(reader.points().columns()),
                                        cursor::close,
                                        use);
                            });
            case Request.ReadAlignedWindows r ->
                    using(
                            r.source(),
                            store,
                            snapshots,
                            use -> windows(use.snapshot().alignedWindows(r.range(), r.widthLog2()), reader, use));
            case Request.ReadWindows r ->
                    using(
                            r.source(),
                            store,
                            snapshots,
                            use ->
                                    windows(
                                            use.snapshot().windows(r.range(), r.widthNanos(), r.depthLog2()),
                                            reader,
                                            use));
            case Request.ReadChanges r ->
                    using(
                            r.source(),
                            store,
                            snapshots,
                            use -> {
                                List<TimeRange> ranges = use.snapshot().changesSince(r.since(), r.resolutionLog2());
                                use.close();
                                return list(ranges, _ -> LIST_CHUNK_BYTES / CHUNK_RANGES, Answer.Ranges::new);
                            });
        };
    }

    private static long bytesMax(StoredRecord record) {
        return 24 + 3L * record.key().length() + record.value().length;
    }

    private static ChunkSource windows(WindowCursor cursor, ReaderPool.Reader reader, SnapshotUse use) {
        return source(
                () -> cursor.next(reader.windows()) == 0 ? null : Answer.Windows.of(reader.windows()),
                cursor::close,
                use);
    }

    private static ChunkSource streams(StreamCursor cursor) {
        return new ChunkSource() {
            private Iterator<StreamInfo> page = List.<StreamInfo>of().iterator();
            private StreamInfo first;

            @Override
            public Answer.Chunk next() throws IOException {
                List<StreamInfo> chunk = new ArrayList<>();
                long bytes = 0;
                while (bytes < LIST_CHUNK_BYTES && chunk.size() < STREAM_PAGE_COUNT && advance()) {
                    bytes += AnswerEncoder.bytesMax(first);
                    chunk.add(first);
                    first = null;
                }
                return chunk.isEmpty() ? null : new Answer.Streams(chunk);
            }

            private boolean advance() throws IOException {
                if (!page.hasNext()) {
                    page = cursor.next(STREAM_PAGE_COUNT).iterator();
                }
                first = page.hasNext() ? page.next() : null;
                return first != null;
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    private static <T> ChunkSource list(
            List<T> items, ToLongFunction<T> bytesMax, Function<List<T>, Answer.Chunk> toChunk) {
        Iterator<T> rest = items.iterator();
        return new ChunkSource() {
            @Override
            public Answer.Chunk next() {
                List<T> chunk = new ArrayList<>();
                long bytes = 0;
                while (bytes < LIST_CHUNK_BYTES && rest.hasNext()) {
                    T item = rest.next();
                    bytes += bytesMax.applyAsLong(item);
                    chunk.add(item);
                }
                return chunk.isEmpty() ? null : toChunk.apply(chunk);
            }

            @Override
            public void close() {}
        };
    }

    /// One pull of a cursor.
    interface Pull {
        Answer.Chunk next() throws IOException;
    }

    private static ChunkSource source(Pull pull, Runnable closeCursor, SnapshotUse use) {
        return new ChunkSource() {
            @Override
            public Answer.Chunk next() throws IOException {
                return pull.next();
            }

            @Override
            public void close() {
                try (use) {
                    closeCursor.run();
                }
            }
        };
    }

    /// Opens a cursor on a snapshot.
    interface Opener<T> {
        T open(SnapshotUse use) throws IOException;
    }

    /// Looks `source` up, and lets it go again if the opener fails.
    static <T> T using(Request.Source source, StreamStore store, HeldSnapshots snapshots, Opener<T> opener)
            throws IOException {
        SnapshotUse use =
                switch (source) {
                    case Request.Source.Held held -> snapshots.use(held.snapshot());
                    case Request.Source.Direct direct ->
                            SnapshotUse.alone(store.snapshot(direct.stream(), direct.at()));
                };
        try {
            return opener.open(use);
        } catch (Throwable e) {
            use.close();
            throw e;
        }
    }
}
