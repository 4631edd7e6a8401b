/// A whole node of a cluster: the replicas of all its groups, behind one store.
///
/// It owns which group's replica answers what, where a group's files lie, and how an operation on the cluster gets to the
/// node that can do it. It must not know sockets of our own protocol: other nodes are reached through
/// {@link io.distil.replication.node.Nodes}, which the daemon provides.
///
/// Reading order: {@link io.distil.replication.node.NodeStore} (the door), `Routing` (which group has what a mutation or a
/// read is about), `Replicas` (the groups' stores, opened as Raft says), `ClusterMaps` (what is known of all nodes and
/// groups), `Operations` (join, leave, …, each to its end).
///
/// ## Where a node keeps its things
///
/// | in the data directory | what |
/// |---|---|
/// | `distil.store`, `segments/`, `log/`, `journal/` | the replica of group 1, where a node on its own has its store |
/// | `groups/N/` | the replica of group N, with the same names |
/// | `raft/` | Raft's votes and headers, and `distil.node`: who this is |
package io.distil.replication.node;
