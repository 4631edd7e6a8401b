package io.distil.integration.history;

import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.KeyRange;
import io.distil.base.api.Store;
import io.distil.base.api.StreamStore;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableStore;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// A node's own store as what a client connects to. Closing it closes nothing: many clients share the node.
class WholeStore extends ForwardingStore implements Store {
    private final TableStore tables;

    <S extends StreamStore & TableStore> WholeStore(S store) {
        super(store);
        this.tables = store;
    }

    @Override
    public List<TableInfo> tables(String prefix) throws IOException {
        return tables.tables(prefix);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
        return tables.tableSnapshot(table, at);
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) throws IOException {
        return tables.watch(table, range, since);
    }

    @Override
    public Store at(Consistency consistency) {
        return this;
    }

    @Override
    public ClusterMap clusterMap() {
        return new ClusterMap(0, List.of(), List.of(), List.of());
    }

    @Override
    public void run(Operation operation, Consumer<String> progress) {
        throw new AssertionError("a single node was asked to " + operation);
    }

    @Override
    public void close() {}
}
