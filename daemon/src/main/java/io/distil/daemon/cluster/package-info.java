/// `distil cluster …`: looking at a cluster, changing it, and running one on this machine.
///
/// Reading order: {@link io.distil.daemon.cluster.ClusterCommands} (the list), `StatusCommand` (nodes, groups, tablets),
/// `OperationCommands` (what can be done to a cluster: one short class each), then `LocalCommands` over `LocalCluster` (nodes
/// as processes on loopback) and `LocalDirectory` (where they keep their things).
///
/// All but `local` knows a cluster only as {@link io.distil.base.api.ClusterAdmin}.
package io.distil.daemon.cluster;
