/// Serves any {@link io.distil.base.api.Store}, of one node or of a cluster's, to the network.
///
/// Promise: no client, slow, broken or hostile, makes the server take more memory than its options say, stops it from
/// serving others, or has a mutation applied in part. Event loops move bytes and never wait; a read that has to wait for a
/// leader's word holds no thread; the store is asked on reader threads and answers mutations by futures; the points of an
/// insert stay in the frame they came in until it is done.
///
/// It knows the interface of a store and nothing of what is behind it.
///
/// Reading order: {@link io.distil.wire.server.WireServer} and its options, {@link io.distil.wire.server.Served} (what it
/// serves; `LoneNode` without a cluster), `Session` (the life of one connection), `FrameIntake` (when the socket is read, and
/// when not), `Dispatcher` (who does what is asked, and what is in flight), `Questions` (put to the store), `ReadTask` and
/// `PushTask` (streamed answers under credit, pulled and pushed), `ChunkSource` and `WatchSource` (where chunks come from),
/// `HeldSnapshots`, `MemoryBudget` and `ReaderPool` (what sessions share), `Transport` (io_uring, epoll or NIO).
package io.distil.wire.server;
