package io.distil.daemon.cli;

import io.distil.base.BrokenInvariant;
import io.distil.base.StreamId;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamStore;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// Sends batches of points, several in flight, and takes their memory back when they are answered.
///
/// ```
/// free batch ──take()──▶ caller fills it ──send()──▶ in flight ──answer──▶ free batch
/// ```
///
/// The first failure is thrown by the next {@link #take} or by {@link #finish}; batches already sent are still awaited, so
/// that {@link #storedPointCount} is exact then. One owner thread; answers may come on any.
public final class PointUploader implements AutoCloseable {
    /// Points of a batch, for callers without reasons of their own: large enough that the work per batch does not show,
    /// small enough that all in flight fit a processor's cache.
    public static final int BATCH_POINTS = 1 << 14;

    /// Enough to keep a server busy while the next ones are being filled.
    public static final int IN_FLIGHT_MAX = 8;

    private final StreamStore store;
    private final int batchPoints;
    private final int batchCountMax;
    private final BlockingQueue<PointBatch> free;
    private final List<PointBatch> all = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong storedPointCount = new AtomicLong();
    private final AtomicLong storedBatchCount = new AtomicLong();

    public PointUploader(StreamStore store, int batchPoints, int inFlightMax) {
        this.store = store;
        this.batchPoints = batchPoints;
        this.batchCountMax = inFlightMax + 1;
        this.free = new ArrayBlockingQueue<>(batchCountMax);
    }

    /// An empty batch; waits while too many are in flight. It is handed back by {@link #send} or {@link #giveBack}.
    public PointBatch take() throws IOException {
        throwFailure();
        PointBatch batch = free.poll();
        if (batch == null && all.size() < batchCountMax) {
            batch = new PointBatch(batchPoints);
            all.add(batch);
        }
        return batch != null ? batch : await();
    }

    /// Sends a batch and forgets it.
    public void send(StreamId stream, PointBatch batch, MergePolicy policy) {
        int count = batch.count();
        CompletableFuture<?> answer;
        try {
            answer = store.insert(stream, batch.columns(), policy);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((_, problem) -> {
            if (problem == null) {
                storedPointCount.addAndGet(count);
                storedBatchCount.incrementAndGet();
            } else {
                failure.compareAndSet(null, Distil.cause(problem));
            }
            giveBack(batch);
        });
    }

    /// Returns a batch that is not to be sent.
    public void giveBack(PointBatch batch) {
        batch.clear();
        free.add(batch);
    }

    /// Waits until everything sent is answered, and throws the first failure there was.
    public void finish() throws IOException {
        awaitAll();
        throwFailure();
    }

    /// Points the store has acknowledged; exact once {@link #finish} has returned or thrown.
    public long storedPointCount() {
        return storedPointCount.get();
    }

    /// Batches the store has acknowledged.
    public long storedBatchCount() {
        return storedBatchCount.get();
    }

    /// Waits for what is in flight and frees all memory. A batch taken and neither sent nor given back is a bug.
    @Override
    public void close() throws IOException {
        awaitAll();
        all.forEach(PointBatch::close);
        all.clear();
        free.clear();
    }

    private void awaitAll() throws IOException {
        List<PointBatch> back = new ArrayList<>();
        while (back.size() < all.size()) {
            back.add(await());
        }
        free.addAll(back);
    }

    private PointBatch await() throws IOException {
        try {
            return free.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while batches were in flight");
        }
    }

    private void throwFailure() throws IOException {
        switch (failure.get()) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Throwable e -> throw new BrokenInvariant("an insert failed with " + e, e);
        }
    }
}
