package io.distil.wire.server;

import io.distil.wire.frame.Answer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// The chunks of one streamed answer, pulled one at a time. One owner thread.
interface ChunkSource extends AutoCloseable {
    /// What {@link #next} gives while there is nothing to give and the end has not come: ask again after a while.
    Answer.Chunk NOTHING_YET = new Answer.Texts(List.of());

    /// Lists are cut into chunks of about this many bytes.
    int LIST_CHUNK_BYTES = 256 << 10;

    /// The next chunk, or null at the end. Its columns are valid until the next call on the same reader.
    Answer.Chunk next() throws IOException;

    @Override
    void close();

    /// One pull of a cursor.
    interface Pull<T> {
        T next() throws IOException;
    }

    static ChunkSource of(Pull<Answer.Chunk> pull, Runnable close) {
        return new ChunkSource() {
            @Override
            public Answer.Chunk next() throws IOException {
                return pull.next();
            }

            @Override
            public void close() {
                close.run();
            }
        };
    }

    /// Chunks of items that come in pages; an empty page is the end.
    ///
    /// @param bytesMax no fewer bytes than the item takes in a frame
    static <T> ChunkSource ofPages(
            Pull<List<T>> pages, ToLongFunction<T> bytesMax, Function<List<T>, Answer.Chunk> toChunk, Runnable close) {
        return new ChunkSource() {
            private Iterator<T> page = List.<T>of().iterator();
            private boolean isOver;

            @Override
            public Answer.Chunk next() throws IOException {
                List<T> chunk = new ArrayList<>();
                for (long bytes = 0; bytes < LIST_CHUNK_BYTES && hasNext(); ) {
                    T item = page.next();
                    bytes += bytesMax.applyAsLong(item);
                    chunk.add(item);
                }
                return chunk.isEmpty() ? null : toChunk.apply(chunk);
            }

            private boolean hasNext() throws IOException {
                if (!page.hasNext() && !isOver) {
                    page = pages.next().iterator();
                    isOver = !page.hasNext();
                }
                return page.hasNext();
            }

            @Override
            public void close() {
                close.run();
            }
        };
    }

    /// Chunks of items that are all there.
    static <T> ChunkSource ofList(List<T> items, ToLongFunction<T> bytesMax, Function<List<T>, Answer.Chunk> toChunk) {
        Iterator<List<T>> once = List.of(items).iterator();
        return ofPages(() -> once.hasNext() ? once.next() : List.of(), bytesMax, toChunk, () -> {});
    }
}
