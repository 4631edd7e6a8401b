package io.distil.daemon.server;

import io.distil.base.api.ClusterMap;
import io.distil.base.api.Store;
import io.distil.replication.node.Nodes;
import io.distil.wire.client.ClusterClient;
import io.distil.wire.client.ClusterClientOptions;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import java.io.IOException;
import java.util.List;

/// Other nodes, by the protocol of clients.
final class OtherNodes implements Nodes {
    private static final DistilClientOptions OPTIONS = DistilClientOptions.DEFAULT.withName("distil-node");

    @Override
    public Store reach(ClusterMap.Node node) throws IOException {
        return reach(HostPort.parse("the address of node " + node.name(), node.listen()));
    }

    /// The cluster of which the node at an address is one.
    Store cluster(HostPort address) throws IOException {
        return ClusterClient.connect(List.of(address.toString()), ClusterClientOptions.DEFAULT.withName("distil-node"));
    }

    Store reach(HostPort address) throws IOException {
        return DistilClient.connect(address.host(), address.port(), OPTIONS);
    }
}
