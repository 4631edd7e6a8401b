package io.distil.bench.daemon;

import io.distil.base.StreamId;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.Store;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/// What F11 asks of a replicated store, for a while each: commits one after the other, points, and objects. All acknowledged by a
/// majority. One owner thread.
final class ReplicatedLoad {
    /// As large as the values that etcd is compared with.
    static final int SMALL_VALUE_BYTES = 100;

    private static final int OBJECT_BYTES = 256 << 10;
    private static final int OBJECTS_IN_FLIGHT = 16;
    private static final int BATCH_POINTS = 10_000;
    private static final int BATCHES_IN_FLIGHT = 32;
    private static final int STREAM_COUNT = 16;
    private static final long LATENCY_NANOS_MAX = 120_000_000_000L;

    /// How many commits a second, and how long one takes.
    record Commits(double perSecond, Histogram nanos) {}

    private final Store store;
    private final long durationNanos;
    private final String table = "bench/" + UUID.randomUUID();

    ReplicatedLoad(Store store, long durationNanos) throws IOException {
        this.store = store;
        this.durationNanos = durationNanos;
        Loader.join(store.submit(new Mutation.CreateTable(table)));
    }

    static byte[] key(long number) {
        return "key-%010d".formatted(number).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private CompletableFuture<?> put(byte[] key, byte[] value) {
        return store.submit(new Mutation.WriteTable(table, List.of(KeyWrite.set(key, value))));
    }

    /// Each waits for the one before.
    Commits commits() throws IOException {
        byte[] value = randomBytes(SMALL_VALUE_BYTES);
        Histogram nanos = new Histogram(LATENCY_NANOS_MAX, 3);
        long begin = System.nanoTime();
        long now = begin;
        for (long i = 0; now - begin < durationNanos; i++) {
            Loader.join(put(key(i), value));
            long next = System.nanoTime();
            nanos.recordValue(next - now);
            now = next;
        }
        return new Commits(nanos.getTotalCount() / ((now - begin) / 1e9), nanos);
    }

    /// @return points a second
    double points() throws IOException {
        List<StreamId> streams = new ArrayList<>();
        List<JitteredWalk> walks = new ArrayList<>();
        for (int i = 0; i < STREAM_COUNT; i++) {
            streams.add(Loader.createStream(store, "replicated"));
            walks.add(new JitteredWalk(i));
        }
        Loader loader = new Loader(store, BATCHES_IN_FLIGHT);
        Deque<PointBatch> batches = new ArrayDeque<>();
        Deque<CompletableFuture<?>> inserts = new ArrayDeque<>();
        long begin = System.nanoTime();
        long count = 0;
        try {
            for (int i = 0; System.nanoTime() - begin < durationNanos; i++) {
                PointBatch batch;
                if (batches.size() < BATCHES_IN_FLIGHT) {
                    batch = new PointBatch(BATCH_POINTS);
                } else {
                    Loader.join(inserts.removeFirst());
                    batch = batches.removeFirst();
                    batch.clear();
                }
                batches.addLast(batch);
                walks.get(i % STREAM_COUNT).fill(batch);
                inserts.addLast(loader.insert(streams.get(i % STREAM_COUNT), batch.columns()));
                count += BATCH_POINTS;
            }
        } finally {
            loader.await();
            batches.forEach(PointBatch::close);
        }
        return count / ((System.nanoTime() - begin) / 1e9);
    }

    /// @return bytes of values a second
    double objects() throws IOException {
        byte[] value = randomBytes(OBJECT_BYTES);
        Deque<CompletableFuture<?>> puts = new ArrayDeque<>();
        long begin = System.nanoTime();
        long count = 0;
        for (; System.nanoTime() - begin < durationNanos; count++) {
            if (puts.size() == OBJECTS_IN_FLIGHT) {
                Loader.join(puts.removeFirst());
            }
            puts.addLast(put(key(count), value));
        }
        for (CompletableFuture<?> put : puts) {
            Loader.join(put);
        }
        return count * OBJECT_BYTES / ((System.nanoTime() - begin) / 1e9);
    }
}
