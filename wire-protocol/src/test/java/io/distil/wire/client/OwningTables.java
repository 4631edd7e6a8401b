package io.distil.wire.client;

import io.distil.base.Version;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Store;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableStore;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The tables of a client, with the servers behind it: closing it closes all of them.
final class OwningTables implements TableStore, AutoCloseable {
    private final Store client;
    private final List<? extends AutoCloseable> servers;

    OwningTables(Store client, List<? extends AutoCloseable> servers) {
        this.client = client;
        this.servers = servers;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        return client.submit(mutation, tag, durability);
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return client.await(position, durability);
    }

    @Override
    public List<TableInfo> tables(String prefix) throws IOException {
        return client.tables(prefix);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
        return client.tableSnapshot(table, at);
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) throws IOException {
        return client.watch(table, range, since);
    }

    @Override
    public void close() throws Exception {
        client.close();
        for (AutoCloseable server : servers) {
            server.close();
        }
    }
}
