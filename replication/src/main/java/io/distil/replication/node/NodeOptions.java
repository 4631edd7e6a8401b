package io.distil.replication.node;

import io.distil.base.api.ClusterMap;
import io.distil.replication.tablet.LocalStoreOptions;

/// How a node of a cluster is set up.
///
/// @param self its name and addresses; the peer is found in its directory
/// @param raftHost where to listen for other nodes; the port is that of `self.raft()`
/// @param replica of each group: memory and limits are those of one replica
/// @param electionMillis the least time without a leader after which a member stands for election
public record NodeOptions(ClusterMap.Node self, String raftHost, LocalStoreOptions replica, int electionMillis) {}
