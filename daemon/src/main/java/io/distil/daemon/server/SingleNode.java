package io.distil.daemon.server;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.StreamStore;
import io.distil.distillates.DistillateRunner;
import io.distil.distillates.RunnerOptions;
import io.distil.replication.node.GroupState;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.StoreMetrics;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.Disks;
import io.distil.wire.server.Served;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// A node on its own: one store over the log of one disk, and the runner of its distillates beside it.
final class SingleNode implements HostedNode {
    private final LocalStore store;
    private final DistillateRunner runner;

    /// @throws Refused if the directory belongs to a node of a cluster
    static SingleNode open(ServerConfig config) throws IOException {
        if (new DataLayout(config).isOfCluster()) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    config.data()
                            + " belongs to a node of a cluster; start it with --raft HOST:PORT and --node NAME as before."
                            + " There is no way back to a node on its own");
        }
        Disk disk = Disks.open(config.data(), config.diskChoice());
        try {
            return new SingleNode(LocalStore.open(disk, config.storeOptions(), NanoClock.SYSTEM));
        } catch (IOException | RuntimeException e) {
            // The store closes its disk; there is no store.
            disk.close();
            throw e;
        }
    }

    private SingleNode(LocalStore store) {
        this.store = store;
        this.runner = new DistillateRunner(store, NanoClock.SYSTEM, RunnerOptions.DEFAULT);
        runner.start();
    }

    @Override
    public Served served() {
        return Served.alone(store);
    }

    @Override
    public StreamStore store() {
        return store;
    }

    @Override
    public void doorsOpen(InetSocketAddress address) {}

    @Override
    public void doorsClose() {}

    @Override
    public Optional<String> trouble() {
        return store.trouble();
    }

    @Override
    public Optional<String> whyNotReady() {
        return store.trouble();
    }

    @Override
    public Map<Integer, StoreMetrics> metrics() {
        return Map.of(ClusterMap.ROOT_GROUP, store.metrics());
    }

    @Override
    public Map<Integer, GroupState> states() {
        return Map.of();
    }

    @Override
    public String[] tags(int group) {
        return new String[0];
    }

    @Override
    public SortedMap<String, String> status() {
        return store.status();
    }

    @Override
    public String readyFields() {
        return "";
    }

    @Override
    public void close() throws IOException {
        runner.close();
        store.close();
    }
}
