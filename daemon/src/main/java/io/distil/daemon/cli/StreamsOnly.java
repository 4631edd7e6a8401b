package io.distil.daemon.cli;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Store;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// A store of streams where a whole store is wanted: tables and clusters are refused in a sentence.
final class StreamsOnly implements Store {
    private final StreamStore streams;

    StreamsOnly(StreamStore streams) {
        this.streams = streams;
    }

    @Override
    public Store at(Consistency consistency) {
        return this;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        return mutation instanceof Mutation.OfTable
                ? CompletableFuture.failedFuture(noTables())
                : streams.submit(mutation, tag, durability);
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return streams.await(position, durability);
    }

    @Override
    public StreamInfo info(StreamId stream) throws IOException {
        return streams.info(stream);
    }

    @Override
    public StreamCursor find(StreamFilter filter) throws IOException {
        return streams.find(filter);
    }

    @Override
    public List<String> collections(String prefix) throws IOException {
        return streams.collections(prefix);
    }

    @Override
    public StreamSnapshot snapshot(StreamId stream, VersionSelector at) throws IOException {
        return streams.snapshot(stream, at);
    }

    @Override
    public Optional<StoredRecord> record(String key) throws IOException {
        return streams.record(key);
    }

    @Override
    public List<StoredRecord> records(String prefix) throws IOException {
        return streams.records(prefix);
    }

    @Override
    public SortedMap<String, String> status() throws IOException {
        return streams.status();
    }

    @Override
    public List<TableInfo> tables(String prefix) {
        throw noTables();
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) {
        throw noTables();
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) {
        throw noTables();
    }

    @Override
    public ClusterMap clusterMap() {
        throw noCluster();
    }

    @Override
    public void run(Operation operation, Consumer<String> progress) {
        throw noCluster();
    }

    @Override
    public void close() throws IOException {
        streams.close();
    }

    private static Refused noTables() {
        return new Refused(ErrorCode.UNKNOWN_OPERATION, "this daemon has streams and no tables");
    }

    private static Refused noCluster() {
        return new Refused(ErrorCode.UNKNOWN_OPERATION, "this daemon is on its own and belongs to no cluster");
    }
}
