/// A cluster of real daemons on this machine, treated badly, while {@link io.distil.integration.history} writes down what its
/// clients see.
///
/// The nodes are processes of their own with data directories of their own; what joins them is a
/// {@link io.distil.integration.nemesis.Network} of proxies on loopback addresses. Nothing in the daemon knows of any of
/// this: processes are killed and stopped by signals, links cut by the proxies, disks frozen by the kernel.
///
/// In reading order: {@link io.distil.integration.nemesis.TestCluster} (nodes and what can be done to them), {@link
/// io.distil.integration.nemesis.Network}, {@link io.distil.integration.nemesis.Fault} (what goes wrong, and its end),
/// {@link io.distil.integration.nemesis.FaultRun} (workloads, faults, verdicts).
package io.distil.integration.nemesis;
