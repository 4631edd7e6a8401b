/// A {@link io.distil.base.api.Store} behind the network: {@link io.distil.wire.client.ClusterClient}, which programs use, and
/// {@link io.distil.wire.client.DistilClient} for one node.
///
/// Promise: a mutation is applied once, however often a connection or a leader is lost, or its future fails and says that it
/// is in doubt; no read mixes two answers; closing leaves no thread, descriptor or off-heap byte.
///
/// One thread per node owns the socket and every call, over a plain selector rather than Netty: a command-line tool
/// starts faster without it, and columns go from the caller's memory to the kernel in one gathering write. A client of a
/// cluster has one more, for pauses; no request has a thread of its own.
///
/// Reading order, for one node: {@link io.distil.wire.client.DistilClient} (what programs see), `Link` and `RemoteStore` (how
/// calls are made), `ClientLoop` (the thread: states, reconnecting, deadlines), `Call`, `SingleCall` and `StreamCall` (what is
/// under way, and when it may be repeated), `MutationWindow` (sequence numbers), `Outbox` (into the socket), `ChunkQueue` and
/// `RemoteCursors` (out of it), `RemoteSnapshot`, `RemoteTableSnapshot`, `RemoteTableWatch`.
///
/// For a cluster: {@link io.distil.wire.client.ClusterClient}, `RoutingMap` (which group has a key, and who leads it), `Router`
/// and `Nodes` (the way there), `Repetition` (when the way was wrong), `MutationPlan` and `ClusterWrites` (mutations, under
/// one row of tags), `Unconfirmed` (what a leader has acknowledged and may lose), `ClusterReads`, `ClusterSnapshot`,
/// `ClusterTableSnapshot` with its `TablePart`s, `ClusterTableWatch`, `MergedStreams`.
package io.distil.wire.client;
