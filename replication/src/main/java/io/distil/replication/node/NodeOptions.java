package io.distil.replication.node;

import io.distil.base.api.ClusterMap;
import io.distil.replication.tablet.LocalStoreOptions;

/// How a node of a cluster is set up.
///
/// @param self its name and addresses; the peer is found in its directory
/// @param replica of each group: memory and limits are those of one replica
/// @param electionMillis the least time without a leader after which a member stands for election
public record NodeOptions(ClusterMap.Node self, LocalStoreOptions replica, int electionMillis) {}
