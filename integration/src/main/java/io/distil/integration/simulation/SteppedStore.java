package io.distil.integration.simulation;

import io.distil.base.StreamId;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.replication.tablet.LocalStore;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/// A store without threads for callers that wait: each mutation is stepped, in a random order of tablet and flusher,
/// until it is answered. When the power is gone no answer comes, and the caller is left in doubt.
final class SteppedStore implements StreamStore {
    /// Far more steps than any answer takes.
    private static final int STEPS_MAX = 20_000;

    private final LocalStore store;
    private final Random random;

    SteppedStore(LocalStore store, Random random) {
        this.store = store;
        this.random = random;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag) {
        CompletableFuture<Outcome> answer = store.submit(mutation, tag);
        for (int steps = 0; !answer.isDone() && steps < STEPS_MAX; steps++) {
            store.step(random.nextInt(3) > 0);
        }
        return answer.isDone() ? answer : CompletableFuture.failedFuture(new IOException("no answer came"));
    }

    @Override
    public StreamInfo info(StreamId stream) {
        return store.info(stream);
    }

    @Override
    public StreamCursor find(StreamFilter filter) {
        return store.find(filter);
    }

    @Override
    public List<String> collections(String prefix) {
        return store.collections(prefix);
    }

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        return store.snapshot(stream, at);
    }

    @Override
    public Optional<StoredRecord> record(String key) {
        return store.record(key);
    }

    @Override
    public List<StoredRecord> records(String prefix) {
        return store.records(prefix);
    }

    @Override
    public SortedMap<String, String> status() {
        return store.status();
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
