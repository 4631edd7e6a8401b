package io.distil.wire.server;

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
import io.distil.base.api.TableStore;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// A store that is no part of a cluster, seen as a cluster of one node, one group and no tablets: the group has everything.
final class LoneNode implements Store {
    private static final String NAME = "alone";

    private final StreamStore streams;
    private final TableStore tables;
    private volatile String listen = "";

    LoneNode(StreamStore streams) {
        this.streams = streams;
        this.tables = streams instanceof TableStore both ? both : null;
    }

    /// Says where the node listens, as soon as that is known.
    void listensOn(String hostAndPort) {
        listen = hostAndPort;
    }

    @Override
    public Store at(Consistency consistency) {
        return this;
    }

    // The cluster.

    @Override
    public ClusterMap clusterMap() {
        return new ClusterMap(
                0,
                List.of(new ClusterMap.Node(NAME, NAME, listen, "", "")),
                List.of(
                        new ClusterMap.Group(
                                ClusterMap.ROOT_GROUP,
                                NAME,
                                0,
                                List.of(new ClusterMap.Member(NAME, "leader", -1, -1)))),
                List.of());
    }

    @Override
    public void run(Operation operation, Consumer<String> progress) {
        throw new Refused(
                ErrorCode.CLUSTER_CONFLICT,
                "this node is no part of a cluster; started with --raft HOST:PORT it becomes the first one of a cluster");
    }

    // Mutations.

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        return streams.submit(mutation, tag, durability);
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return streams.await(position, durability);
    }

    // Tables.

    @Override
    public List<TableInfo> tables(String prefix) throws IOException {
        return tables == null ? List.of() : tables.tables(prefix);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
        return tables(table, tables).tableSnapshot(table, at);
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) throws IOException {
        return tables(table, tables).watch(table, range, since);
    }

    private static TableStore tables(String table, TableStore tables) {
        if (tables == null) {
            throw new Refused(ErrorCode.NO_SUCH_TABLE, "there is no table " + table + "; this store has none");
        }
        return tables;
    }

    // Streams.

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

    /// The store stays its owner's.
    @Override
    public void close() {}
}
