package io.distil.wire.client;

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
import io.distil.wire.server.WireServer;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/// A client and the server behind it as one store: closing it closes both.
record OwningStore(DistilClient client, WireServer server) implements StreamStore {
    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag) {
        return client.submit(mutation, tag);
    }

    @Override
    public StreamInfo info(StreamId stream) throws IOException {
        return client.info(stream);
    }

    @Override
    public StreamCursor find(StreamFilter filter) throws IOException {
        return client.find(filter);
    }

    @Override
    public List<String> collections(String prefix) throws IOException {
        return client.collections(prefix);
    }

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        return client.snapshot(stream, at);
    }

    @Override
    public Optional<StoredRecord> record(String key) throws IOException {
        return client.record(key);
    }

    @Override
    public List<StoredRecord> records(String prefix) throws IOException {
        return client.records(prefix);
    }

    @Override
    public SortedMap<String, String> status() throws IOException {
        return client.status();
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
