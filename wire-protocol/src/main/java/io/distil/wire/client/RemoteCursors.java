package io.distil.wire.client;

import io.distil.base.api.PointBatch;
import io.distil.base.api.PointColumns;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.TableCursor;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;
import io.distil.wire.frame.Answer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Cursors over chunks from the network. Columns are copied once, from the frame into the owner's batch.
final class RemoteCursors {
    private RemoteCursors() {}

    static PointCursor points(ChunkQueue queue) {
        return new PointCursor() {
            private PointColumns chunk;
            private int from;

            @Override
            public int next(PointBatch batch) throws IOException {
                batch.clear();
                while (chunk == null || from == chunk.count()) {
                    chunk = queue.next() instanceof Answer.Points(PointColumns points) ? points : null;
                    from = 0;
                    if (chunk == null) {
                        return 0;
                    }
                }
                int count = Math.min(batch.capacity(), chunk.count() - from);
                MemorySegment.copy(chunk.times(), 8L * from, batch.times(), 0, 8L * count);
                MemorySegment.copy(chunk.values(), 8L * from, batch.values(), 0, 8L * count);
                batch.setCount(count);
                from += count;
                return count;
            }

            @Override
            public void close() {
                queue.close();
            }
        };
    }

    static WindowCursor windows(ChunkQueue queue) {
        return new WindowCursor() {
            private Answer.Windows chunk;
            private int from;

            @Override
            public int next(WindowBatch batch) throws IOException {
                batch.clear();
                while (chunk == null || from == chunk.count()) {
                    chunk = queue.next() instanceof Answer.Windows windows ? windows : null;
                    from = 0;
                    if (chunk == null) {
                        return 0;
                    }
                }
                int count = Math.min(batch.capacity(), chunk.count() - from);
                chunk.copyTo(batch, from, count);
                from += count;
                return count;
            }

            @Override
            public void close() {
                queue.close();
            }
        };
    }

    static StreamCursor streams(ChunkQueue queue) throws IOException {
        TableCursor<StreamInfo> found =
                items(queue, chunk -> chunk instanceof Answer.Streams(List<StreamInfo> streams) ? streams : List.of());
        return new StreamCursor() {
            @Override
            public List<StreamInfo> next(int countMax) throws IOException {
                return found.next(countMax);
            }

            @Override
            public void close() {
                found.close();
            }
        };
    }

    /// Waits for the first chunk, so that what is refused is refused here.
    ///
    /// @param items those of a chunk
    static <T> TableCursor<T> items(ChunkQueue queue, Function<Answer.Chunk, List<T>> items) throws IOException {
        ArrayDeque<T> rest = new ArrayDeque<>();
        try {
            fill(rest, queue, items);
        } catch (Throwable e) {
            queue.close();
            throw e;
        }
        return new TableCursor<>() {
            @Override
            public List<T> next(int countMax) throws IOException {
                if (rest.isEmpty()) {
                    fill(rest, queue, items);
                }
                List<T> page = new ArrayList<>(Math.min(countMax, rest.size()));
                while (page.size() < countMax && !rest.isEmpty()) {
                    page.add(rest.poll());
                }
                return page;
            }

            @Override
            public void close() {
                queue.close();
            }
        };
    }

    private static <T> void fill(ArrayDeque<T> rest, ChunkQueue queue, Function<Answer.Chunk, List<T>> items)
            throws IOException {
        while (rest.isEmpty()) {
            Answer.Chunk chunk = queue.next();
            if (chunk == null) {
                return;
            }
            rest.addAll(items.apply(chunk));
        }
    }
}
