package io.distil.base.api;

import io.distil.base.StreamId;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/// A store that hands every call to another one, for tests that change a few of them.
///
/// The methods {@link StreamStore} defines by others are left as they are there, so that every mutation goes through
/// {@link #submit(Mutation, WriteTag, Durability)}: overriding that one catches all of them.
public class ForwardingStore implements StreamStore {
    private final StreamStore to;

    /// @param to closed with this store
    public ForwardingStore(StreamStore to) {
        this.to = to;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        return to.submit(mutation, tag, durability);
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return to.await(position, durability);
    }

    @Override
    public StreamInfo info(StreamId stream) throws IOException {
        return to.info(stream);
    }

    @Override
    public StreamCursor find(StreamFilter filter) throws IOException {
        return to.find(filter);
    }

    @Override
    public List<String> collections(String prefix) throws IOException {
        return to.collections(prefix);
    }

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        return to.snapshot(stream, at);
    }

    @Override
    public Optional<StoredRecord> record(String key) throws IOException {
        return to.record(key);
    }

    @Override
    public List<StoredRecord> records(String prefix) throws IOException {
        return to.records(prefix);
    }

    @Override
    public SortedMap<String, String> status() throws IOException {
        return to.status();
    }

    @Override
    public void close() throws IOException {
        to.close();
    }
}
