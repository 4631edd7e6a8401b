package io.distil.wire.server;

import io.distil.base.api.PointColumns;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.FrameFormat;

/// How a {@link WireServer} listens, and what it takes at most. Every bound is a bound on memory.
///
/// @param host the address to listen on; loopback unless somebody decides otherwise
/// @param port 0 for any free one
/// @param serverName told to clients and in logs
/// @param eventLoopThreads threads that move bytes; they never wait for a store
/// @param readerThreads threads that ask the store; a slow question holds one of them
/// @param connectionsMax further ones are answered `OVERLOADED` and closed
/// @param mutationsInFlightMax per connection; beyond it the connection is not read until some are done
/// @param mutationBytesInFlightMax the same in bytes of frames
/// @param frameMemoryBytesMax frames of all connections together; beyond it, connections wait their turn
/// @param readsInFlightMax per connection; further ones are refused as `OVERLOADED`
/// @param snapshotsHeldMax per connection; further ones are refused as `OVERLOADED`
/// @param chunkPoints points in a chunk
/// @param chunkWindows windows in a chunk
/// @param creditMax most chunks that may be outstanding for one request
/// @param handshakeTimeoutNanos from accepting to a whole hello
/// @param frameTimeoutNanos from a frame's first byte to its last
/// @param idleTimeoutNanos without a byte from the client; clients ping to stay
/// @param closeGraceNanos how long {@link WireServer#close} waits for mutations that are under way
public record WireServerOptions(
        String host,
        int port,
        String serverName,
        TransportChoice transport,
        int eventLoopThreads,
        int readerThreads,
        int connectionsMax,
        int mutationsInFlightMax,
        long mutationBytesInFlightMax,
        long frameMemoryBytesMax,
        int readsInFlightMax,
        int snapshotsHeldMax,
        int chunkPoints,
        int chunkWindows,
        int creditMax,
        long handshakeTimeoutNanos,
        long frameTimeoutNanos,
        long idleTimeoutNanos,
        long closeGraceNanos) {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /// Which way bytes reach the network.
    public enum TransportChoice {
        /// io_uring, else epoll, else NIO: the first that this machine allows.
        BEST,
        IO_URING,
        EPOLL,
        NIO
    }

    /// Loopback, port 7700, and bounds for a machine of a few cores.
    public static final WireServerOptions DEFAULT =
            new WireServerOptions(
                    "127.0.0.1",
                    7700,
                    "distil",
                    TransportChoice.BEST,
                    Math.max(1, Runtime.getRuntime().availableProcessors() / 4),
                    Math.max(2, Runtime.getRuntime().availableProcessors()),
                    1024,
                    1024,
                    64L << 20,
                    256L << 20,
                    256,
                    256,
                    16 << 10,
                    8 << 10,
                    64,
                    10 * SECOND_NANOS,
                    30 * SECOND_NANOS,
                    60 * SECOND_NANOS,
                    5 * SECOND_NANOS);

    public WireServerOptions {
        if (frameMemoryBytesMax < 2L * FrameFormat.FRAME_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "frame memory of "
                            + frameMemoryBytesMax
                            + " bytes; wanted at least "
                            + 2L * FrameFormat.FRAME_BYTES_MAX
                            + ", two of the largest frames");
        }
    }

    public WireServerOptions withAddress(String newHost, int newPort) {
        return new WireServerOptions(
                newHost,
                newPort,
                serverName,
                transport,
                eventLoopThreads,
                readerThreads,
                connectionsMax,
                mutationsInFlightMax,
                mutationBytesInFlightMax,
                frameMemoryBytesMax,
                readsInFlightMax,
                snapshotsHeldMax,
                chunkPoints,
                chunkWindows,
                creditMax,
                handshakeTimeoutNanos,
                frameTimeoutNanos,
                idleTimeoutNanos,
                closeGraceNanos);
    }

    public WireServerOptions withServerName(String newServerName) {
        return new WireServerOptions(
                host,
                port,
                newServerName,
                transport,
                eventLoopThreads,
                readerThreads,
                connectionsMax,
                mutationsInFlightMax,
                mutationBytesInFlightMax,
                frameMemoryBytesMax,
                readsInFlightMax,
                snapshotsHeldMax,
                chunkPoints,
                chunkWindows,
                creditMax,
                handshakeTimeoutNanos,
                frameTimeoutNanos,
                idleTimeoutNanos,
                closeGraceNanos);
    }

    public WireServerOptions withTransport(TransportChoice newTransport) {
        return new WireServerOptions(
                host,
                port,
                serverName,
                newTransport,
                eventLoopThreads,
                readerThreads,
                connectionsMax,
                mutationsInFlightMax,
                mutationBytesInFlightMax,
                frameMemoryBytesMax,
                readsInFlightMax,
                snapshotsHeldMax,
                chunkPoints,
                chunkWindows,
                creditMax,
                handshakeTimeoutNanos,
                frameTimeoutNanos,
                idleTimeoutNanos,
                closeGraceNanos);
    }

    /// Bounds per connection and for all.
    public WireServerOptions withInFlight(
            int newConnectionsMax,
            int newMutationsMax,
            long newMutationBytesMax,
            int newReadsMax,
            int newSnapshotsMax) {
        return new WireServerOptions(
                host,
                port,
                serverName,
                transport,
                eventLoopThreads,
                readerThreads,
                newConnectionsMax,
                newMutationsMax,
                newMutationBytesMax,
                frameMemoryBytesMax,
                newReadsMax,
                newSnapshotsMax,
                chunkPoints,
                chunkWindows,
                creditMax,
                handshakeTimeoutNanos,
                frameTimeoutNanos,
                idleTimeoutNanos,
                closeGraceNanos);
    }

    public WireServerOptions withChunks(int newChunkPoints, int newChunkWindows, int newCreditMax) {
        return new WireServerOptions(
                host,
                port,
                serverName,
                transport,
                eventLoopThreads,
                readerThreads,
                connectionsMax,
                mutationsInFlightMax,
                mutationBytesInFlightMax,
                frameMemoryBytesMax,
                readsInFlightMax,
                snapshotsHeldMax,
                newChunkPoints,
                newChunkWindows,
                newCreditMax,
                handshakeTimeoutNanos,
                frameTimeoutNanos,
                idleTimeoutNanos,
                closeGraceNanos);
    }

    public WireServerOptions withTimeouts(
            long newHandshakeNanos, long newFrameNanos, long newIdleNanos, long newCloseGraceNanos) {
        return new WireServerOptions(
                host,
                port,
                serverName,
                transport,
                eventLoopThreads,
                readerThreads,
                connectionsMax,
                mutationsInFlightMax,
                mutationBytesInFlightMax,
                frameMemoryBytesMax,
                readsInFlightMax,
                snapshotsHeldMax,
                chunkPoints,
                chunkWindows,
                creditMax,
                newHandshakeNanos,
                newFrameNanos,
                newIdleNanos,
                newCloseGraceNanos);
    }

    Answer.Limits limits() {
        return new Answer.Limits(
                FrameFormat.FRAME_BYTES_MAX,
                PointColumns.COUNT_MAX,
                mutationsInFlightMax,
                mutationBytesInFlightMax,
                readsInFlightMax,
                snapshotsHeldMax,
                chunkPoints,
                chunkWindows,
                creditMax,
                (int) Math.min(Integer.MAX_VALUE, idleTimeoutNanos / 1_000_000));
    }
}
