/// A {@link io.distil.base.api.StreamStore} behind the network: {@link io.distil.wire.client.DistilClient}.
///
/// Promise: a mutation is applied once, however often the connection is lost, or its future fails and says that it is in
/// doubt; no read mixes two answers; closing leaves no thread, descriptor or off-heap byte.
///
/// One thread per client owns the socket and every call, over a plain selector rather than Netty: a command-line tool
/// starts faster without it, and columns go from the caller's memory to the kernel in one gathering write.
///
/// Reading order: {@link io.distil.wire.client.DistilClient} (what programs see), `ClientLoop` (the thread: states,
/// reconnecting, deadlines), `Call`, `SingleCall` and `StreamCall` (what is under way, and when it may be repeated),
/// `MutationWindow` (sequence numbers), `Outbox` (into the socket), `ChunkQueue` and `RemoteCursors` (out of it),
/// `RemoteSnapshot`.
package io.distil.wire.client;
