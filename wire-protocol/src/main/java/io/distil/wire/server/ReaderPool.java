package io.distil.wire.server;

import io.distil.base.api.PointBatch;
import io.distil.base.api.WindowBatch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The threads that ask the store. A read stays with the thread it was given to, because a cursor has one owner; between two
/// of its chunks the others of that thread have their turn. Each thread has one batch of each kind, used by all its reads:
/// a chunk is copied into its frame before the next read fills the batch.
final class ReaderPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);

    private final Reader[] readers;
    private final AtomicInteger next = new AtomicInteger();

    ReaderPool(int threads, int chunkPoints, int chunkWindows) {
        readers = new Reader[threads];
        for (int i = 0; i < threads; i++) {
            readers[i] = new Reader("distil-reader-" + i, chunkPoints, chunkWindows);
        }
    }

    /// One thread and its batches.
    static final class Reader {
        private final ExecutorService executor;
        private final int chunkPoints;
        private final int chunkWindows;
        private PointBatch points;
        private WindowBatch windows;

        private Reader(String threadName, int chunkPoints, int chunkWindows) {
            this.chunkPoints = chunkPoints;
            this.chunkWindows = chunkWindows;
            this.executor = Executors.newSingleThreadExecutor(Thread.ofPlatform().name(threadName).daemon().factory());
        }

        void execute(Runnable task) {
            try {
                executor.execute(task);
            } catch (RejectedExecutionException e) {
                LOG.debug("a gate opened after the server had stopped");
            }
        }

        /// Only on this reader's thread.
        PointBatch points() {
            if (points == null) {
                points = new PointBatch(chunkPoints);
            }
            return points;
        }

        /// Only on this reader's thread.
        WindowBatch windows() {
            if (windows == null) {
                windows = new WindowBatch(chunkWindows);
            }
            return windows;
        }

        private void freeBatches() {
            if (points != null) {
                points.close();
            }
            if (windows != null) {
                windows.close();
            }
        }
    }

    Reader any() {
        return readers[Math.floorMod(next.getAndIncrement(), readers.length)];
    }

    /// Finishes what was handed over, then frees the batches.
    @Override
    public void close() {
        for (Reader reader : readers) {
            reader.executor.execute(reader::freeBatches);
            reader.executor.shutdown();
        }
        for (Reader reader : readers) {
            try {
                reader.executor.awaitTermination(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
