package io.distil.replication.node;

import io.distil.base.api.ClusterMap;
import io.distil.base.api.Store;

import java.io.IOException;

/// The way to other nodes of the cluster, by the protocol of clients.
@FunctionalInterface
public interface Nodes {
    /// Connects to a node; what is returned asks that node alone, and is closed by the caller.
    ///
    /// @throws IOException if it does not answer
    Store reach(ClusterMap.Node node) throws IOException;
}
