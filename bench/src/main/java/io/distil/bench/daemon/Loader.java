package io.distil.bench.daemon;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointColumns;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamStore;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/// Inserts batches with a bounded number in flight, and times their acknowledgements. One owner thread.
final class Loader {
    /// Points of a batch made on the way.
    private static final int FILL_POINTS = 50_000;

    /// Of these; enough to keep the daemon busy, and the most memory this takes is their product.
    private static final int FILL_IN_FLIGHT = 16;

    private static final long LATENCY_NANOS_MAX = 120_000_000_000L;

    private final StreamStore client;
    private final int inFlightMax;
    private final Semaphore room;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Histogram latencies = new ConcurrentHistogram(LATENCY_NANOS_MAX, 3);

    Loader(StreamStore client, int inFlightMax) {
        this.client = client;
        this.inFlightMax = inFlightMax;
        this.room = new Semaphore(inFlightMax);
    }

    /// Nanoseconds from handing a batch to the client until its acknowledgement is there.
    Histogram latencies() {
        return latencies;
    }

    /// A new stream under `bench/`.
    static StreamId createStream(StreamStore client, String name) throws IOException {
        UUID uuid = UUID.randomUUID();
        StreamId id = new StreamId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
        Map<String, String> tags = Map.of(StreamDescriptor.NAME_TAG, name + "-" + uuid);
        join(client.submit(new Mutation.Create(new StreamDescriptor(id, "bench/" + name, tags, Map.of(), 1))));
        return id;
    }

    /// Hands a batch over when there is room for it. Its memory must stay as it is until {@link #await}.
    ///
    /// @throws IOException if an earlier batch was not taken
    CompletableFuture<?> insert(StreamId stream, PointColumns points) throws IOException {
        room.acquireUninterruptibly();
        checkFailure();
        long begin = System.nanoTime();
        return client.insert(stream, points, MergePolicy.NEVER)
                .whenComplete((_, thrown) -> {
                    latencies.recordValue(Math.min(LATENCY_NANOS_MAX, System.nanoTime() - begin));
                    if (thrown != null) {
                        failure.compareAndSet(null, thrown);
                    }
                    room.release();
                });
    }

    /// Waits until everything is acknowledged.
    void await() throws IOException {
        room.acquireUninterruptibly(inFlightMax);
        room.release(inFlightMax);
        checkFailure();
    }

    private void checkFailure() throws IOException {
        if (failure.get() != null) {
            throw new IOException("a batch was not taken: " + failure.get().getMessage(), failure.get());
        }
    }

    /// Appends `count` points of the walk to a stream, acknowledged when this returns.
    static void append(StreamStore client, StreamId stream, JitteredWalk walk, long count) throws IOException {
        Loader loader = new Loader(client, FILL_IN_FLIGHT);
        Deque<PointBatch> batches = new ArrayDeque<>();
        Deque<CompletableFuture<?>> inserts = new ArrayDeque<>();
        try {
            for (long left = count; left > 0; left -= FILL_POINTS) {
                PointBatch batch;
                if (batches.size() < FILL_IN_FLIGHT) {
                    batch = new PointBatch(FILL_POINTS);
                } else {
                    join(inserts.removeFirst());
                    batch = batches.removeFirst();
                    batch.clear();
                }
                batches.addLast(batch);
                walk.fill(batch);
                batch.setCount((int) Math.min(left, FILL_POINTS));
                inserts.addLast(loader.insert(stream, batch.columns()));
            }
        } finally {
            loader.await();
            batches.forEach(PointBatch::close);
        }
    }

    static <T> T join(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Refused refused) {
                throw new Refused(refused.code(), refused.getMessage(), e);
            }
            throw new IOException(e.getCause().getMessage(), e);
        }
    }

    static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new Refused(ErrorCode.INTERNAL, "the daemon answered wrongly: " + otherwise);
        }
    }
}
