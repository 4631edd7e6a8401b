package io.distil.daemon.server;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.StreamStore;
import io.distil.replication.node.GroupState;
import io.distil.replication.node.NodeOptions;
import io.distil.replication.node.NodeStore;
import io.distil.replication.raft.RaftNode;
import io.distil.replication.tablet.StoreMetrics;
import io.distil.wire.server.Served;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// A node of a cluster. Which of three it is its directory says, and `join`:
///
/// | the directory | `join` | then it |
/// |---|---|---|
/// | knows groups | any | takes part in them |
/// | knows none | empty | founds a cluster, with the store that is there, if there is one |
/// | knows none, and has no store | addresses | asks there to be taken in, until it is |
/// | knows none, and has a store | addresses | is refused: that store belongs to nobody else's log |
final class ClusterNode implements HostedNode {
    private final ServerConfig config;
    private final NodeStore node;
    private final OtherNodes others;
    private Joining joining;
    private LeaderDistillates distillates;

    /// @param listen where clients reach this node; with a port
    /// @param http the same of metrics and health, or empty
    static ClusterNode open(ServerConfig config, String listen, String http) throws IOException {
        DataLayout layout = new DataLayout(config);
        boolean hasStore = layout.hasStore("");
        OtherNodes others = new OtherNodes();
        HostPort raft = HostPort.parse("raft", config.raft());
        NodeStore node =
                NodeStore.open(
                        new NodeOptions(
                                new ClusterMap.Node(
                                        config.node(),
                                        "",
                                        listen,
                                        Advertised.address(config.advertise(), raft).toString(),
                                        http),
                                raft.host(),
                                config.storeOptions(),
                                RaftNode.Options.ELECTION_MILLIS),
                        layout,
                        NanoClock.SYSTEM,
                        others);
        try {
            if (!node.hasReplicas() && config.join().isEmpty()) {
                node.found();
            } else if (!node.hasReplicas() && hasStore) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT,
                        config.data()
                                + " holds a store of its own, which cannot join a cluster: give the node an empty"
                                + " directory, or found a cluster with this one by leaving join away");
            }
            return new ClusterNode(config, node, others);
        } catch (IOException | RuntimeException e) {
            try {
                node.close();
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private ClusterNode(ServerConfig config, NodeStore node, OtherNodes others) {
        this.config = config;
        this.node = node;
        this.others = others;
    }

    @Override
    public void doorsOpen(InetSocketAddress address) {
        joining = Joining.start(node, config.join(), others);
        distillates = LeaderDistillates.start(node, address);
    }

    @Override
    public Served served() {
        return Served.cluster(node, node, node);
    }

    @Override
    public StreamStore store() {
        return node;
    }

    @Override
    public Optional<String> trouble() {
        return node.trouble();
    }

    @Override
    public Optional<String> whyNotReady() {
        return node.whyNotReady();
    }

    @Override
    public Map<Integer, StoreMetrics> metrics() {
        return node.metrics();
    }

    @Override
    public Map<Integer, GroupState> states() {
        return node.states();
    }

    @Override
    public String[] tags(int group) {
        return new String[] {"group", Integer.toString(group)};
    }

    @Override
    public SortedMap<String, String> status() {
        return node.status();
    }

    @Override
    public String readyFields() {
        return " node="
                + node.self().name()
                + " peer="
                + node.self().peer()
                + " raft="
                + node.self().raft()
                + " groups="
                + (node.hasReplicas() ? String.join(",", node.roles()) : "joining");
    }

    @Override
    public void doorsClose() {
        if (joining != null) {
            joining.close();
        }
        if (distillates != null) {
            distillates.close();
        }
    }

    @Override
    public void close() throws IOException {
        node.close();
    }
}
