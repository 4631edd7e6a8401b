package io.distil.replication.node;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.Mutation;
import io.distil.base.api.Store;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.WriteTag;
import io.distil.replication.placement.MapStore;
import io.distil.replication.tablet.LocalStore;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The records of the root group, read and written from any node: here if this node leads the root group, else by asking the
/// node that does. Both wait. Any thread.
final class RootRecords implements MapStore {
    private final Replicas replicas;
    private final ClusterMaps maps;
    private final Nodes nodes;

    RootRecords(Replicas replicas, ClusterMaps maps, Nodes nodes) {
        this.replicas = replicas;
        this.maps = maps;
        this.nodes = nodes;
    }

    public List<StoredRecord> records(String prefix) throws IOException {
        if (maps.leads(ClusterMap.ROOT_GROUP)) {
            LocalStore root = local();
            await(root.barrier(Consistency.LINEARIZABLE));
            return root.records(prefix);
        }
        try (Store store = nodes.reach(leader())) {
            return store.records(prefix);
        }
    }

    public void write(Mutation.Atomic records) throws IOException {
        if (maps.leads(ClusterMap.ROOT_GROUP)) {
            await(local().submit(records, WriteTag.NONE, Durability.MAJORITY));
            return;
        }
        try (Store store = nodes.reach(leader())) {
            await(store.submit(records));
        }
    }

    private LocalStore local() {
        return replicas.get(ClusterMap.ROOT_GROUP)
                .orElseThrow(() -> new Refused(ErrorCode.NOT_LEADER, "this node has just left the root group"));
    }

    /// The node that leads the root group; who is not a member of it asks those it knows from its own groups.
    private ClusterMap.Node leader() throws IOException {
        if (replicas.get(ClusterMap.ROOT_GROUP).isPresent()) {
            return maps.leader(ClusterMap.ROOT_GROUP);
        }
        Exception last = null;
        for (ClusterMap.Node node : maps.others()) {
            try (Store store = nodes.reach(node)) {
                ClusterMap map = store.clusterMap();
                Optional<ClusterMap.Node> leader =
                        map.group(ClusterMap.ROOT_GROUP).flatMap(group -> map.node(group.leader()));
                if (leader.isPresent()) {
                    return leader.get();
                }
            } catch (IOException | Refused e) {
                last = e;
            }
        }
        throw new Refused(ErrorCode.NOT_LEADER, "no node that this one knows can say who leads the root group", last);
    }

    /// Waits for a future, and throws what it failed with.
    static <T> T await(CompletableFuture<T> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case Refused refused -> throw refused;
                case IOException failure -> throw failure;
                default -> throw e;
            }
        }
    }
}
