package io.distil.wire.server;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.Durability;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowCursor;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// A store that counts what is open, holds mutations back, and fails when told to.
final class FaultyStore extends ForwardingStore {
    final AtomicInteger openCursors = new AtomicInteger();
    final AtomicInteger openSnapshots = new AtomicInteger();
    final AtomicInteger pointsPulled = new AtomicInteger();
    volatile Supplier<Exception> infoFailure;
    volatile boolean holdsMutations;
    private final List<Runnable> held = new ArrayList<>();

    FaultyStore(StreamStore inner) {
        super(inner);
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        if (!holdsMutations) {
            return super.submit(mutation, tag, durability);
        }
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        synchronized (held) {
            held.add(() ->
                    super.submit(mutation, tag, durability)
                            .whenComplete((outcome, e) -> {
                                if (e == null) {
                                    future.complete(outcome);
                                } else {
                                    future.completeExceptionally(e);
                                }
                            }));
        }
        return future;
    }

    void letMutationsGo() {
        holdsMutations = false;
        List<Runnable> toRun;
        synchronized (held) {
            toRun = List.copyOf(held);
            held.clear();
        }
        toRun.forEach(Runnable::run);
    }

    @Override
    public StreamInfo info(StreamId stream) throws IOException {
        if (infoFailure != null) {
            switch (infoFailure.get()) {
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Exception e -> throw new AssertionError(e);
            }
        }
        return super.info(stream);
    }

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        StreamSnapshot snapshot = super.snapshot(stream, at);
        openSnapshots.incrementAndGet();
        return new CountingSnapshot(snapshot);
    }

    private final class CountingSnapshot implements StreamSnapshot {
        private final StreamSnapshot inner;

        private CountingSnapshot(StreamSnapshot inner) {
            this.inner = inner;
        }

        @Override
        public StreamId stream() {
            return inner.stream();
        }

        @Override
        public Version version() {
            return inner.version();
        }

        @Override
        public PointCursor points(TimeRange range) throws IOException {
            PointCursor cursor = inner.points(range);
            openCursors.incrementAndGet();
            return new PointCursor() {
                @Override
                public int next(PointBatch batch) throws IOException {
                    int count = cursor.next(batch);
                    pointsPulled.addAndGet(count);
                    return count;
                }

                @Override
                public void close() {
                    openCursors.decrementAndGet();
                    cursor.close();
                }
            };
        }

        @Override
        public WindowCursor alignedWindows(TimeRange range, int widthLog2) throws IOException {
            return inner.alignedWindows(range, widthLog2);
        }

        @Override
        public WindowCursor windows(TimeRange range, long widthNanos, int depthLog2) throws IOException {
            return inner.windows(range, widthNanos, depthLog2);
        }

        @Override
        public Optional<Point> nearest(long time, Direction direction) throws IOException {
            return inner.nearest(time, direction);
        }

        @Override
        public List<TimeRange> changesSince(Version since, int resolutionLog2) throws IOException {
            return inner.changesSince(since, resolutionLog2);
        }

        @Override
        public void close() {
            openSnapshots.decrementAndGet();
            inner.close();
        }
    }
}
