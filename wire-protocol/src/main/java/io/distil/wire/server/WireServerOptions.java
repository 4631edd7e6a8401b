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
public record WireServerOptions(
        String host,
        int port,
        String serverName,
        TransportChoice transport,
        int eventLoopThreads,
        int readerThreads,
        Limits limits,
        Chunks chunks,
        Timeouts timeouts) {
    /// Loopback, port 7700, and bounds for a machine of a few cores.
    public static final WireServerOptions DEFAULT =
            new WireServerOptions(
                    "127.0.0.1",
                    7700,
                    "distil",
                    TransportChoice.BEST,
                    Math.max(1, Runtime.getRuntime().availableProcessors() / 4),
                    Math.max(2, Runtime.getRuntime().availableProcessors()),
                    Limits.DEFAULT,
                    Chunks.DEFAULT,
                    Timeouts.DEFAULT);

    /// Which way bytes reach the network.
    public enum TransportChoice {
        /// io_uring, else epoll, else NIO: the first that this machine allows.
        BEST,
        IO_URING,
        EPOLL,
        NIO
    }

    /// What clients may have under way.
    ///
    /// @param connectionsMax further ones are answered `OVERLOADED` and closed
    /// @param mutationsInFlightMax per connection; beyond it the connection is not read until some are done
    /// @param mutationBytesInFlightMax the same in bytes of frames
    /// @param frameMemoryBytesMax frames of all connections together; beyond it, connections wait their turn
    /// @param readsInFlightMax per connection; further ones are refused as `OVERLOADED`
    /// @param snapshotsHeldMax per connection; further ones are refused as `OVERLOADED`
    public record Limits(
            int connectionsMax,
            int mutationsInFlightMax,
            long mutationBytesInFlightMax,
            long frameMemoryBytesMax,
            int readsInFlightMax,
            int snapshotsHeldMax) {
        public static final Limits DEFAULT = new Limits(1024, 1024, 64L << 20, 256L << 20, 256, 256);

        /// Two of the largest frames: one that is larger than the whole memory would wait for its turn for ever.
        private static final long FRAME_MEMORY_BYTES_MIN = 2L * FrameFormat.FRAME_BYTES_MAX;

        public Limits {
            Rule.atLeast(1, connectionsMax, "connectionsMax");
            Rule.atLeast(1, mutationsInFlightMax, "mutationsInFlightMax");
            Rule.atLeast(1, mutationBytesInFlightMax, "mutationBytesInFlightMax");
            Rule.atLeast(FRAME_MEMORY_BYTES_MIN, frameMemoryBytesMax, "frameMemoryBytesMax");
            Rule.atLeast(0, readsInFlightMax, "readsInFlightMax");
            Rule.atLeast(0, snapshotsHeldMax, "snapshotsHeldMax");
        }
    }

    /// How an answer of many points or windows is cut.
    ///
    /// @param points points in a chunk
    /// @param windows windows in a chunk
    /// @param creditMax most chunks that may be outstanding for one request
    public record Chunks(int points, int windows, int creditMax) {
        public static final Chunks DEFAULT = new Chunks(16 << 10, 8 << 10, 64);

        public Chunks {
            Rule.atLeast(1, points, "points of a chunk");
            Rule.atLeast(1, windows, "windows of a chunk");
            Rule.atLeast(1, creditMax, "creditMax");
        }
    }

    /// How long a client that is silent, or slow, is borne.
    ///
    /// @param handshakeNanos from accepting to a whole hello
    /// @param frameNanos from a frame's first byte to its last
    /// @param idleNanos without a byte from the client; clients ping to stay
    /// @param closeGraceNanos how long {@link WireServer#close} waits for mutations that are under way
    public record Timeouts(long handshakeNanos, long frameNanos, long idleNanos, long closeGraceNanos) {
        private static final long SECOND_NANOS = 1_000_000_000L;

        public static final Timeouts DEFAULT =
                new Timeouts(10 * SECOND_NANOS, 30 * SECOND_NANOS, 60 * SECOND_NANOS, 5 * SECOND_NANOS);

        public Timeouts {
            Rule.atLeast(1, handshakeNanos, "handshakeNanos");
            Rule.atLeast(1, frameNanos, "frameNanos");
            Rule.atLeast(1, idleNanos, "idleNanos");
            Rule.atLeast(0, closeGraceNanos, "closeGraceNanos");
        }
    }

    public WireServerOptions {
        Rule.atLeast(1, eventLoopThreads, "eventLoopThreads");
        Rule.atLeast(1, readerThreads, "readerThreads");
    }

    public WireServerOptions withAddress(String newHost, int newPort) {
        return new WireServerOptions(
                newHost, newPort, serverName, transport, eventLoopThreads, readerThreads, limits, chunks, timeouts);
    }

    public WireServerOptions withTransport(TransportChoice newTransport) {
        return new WireServerOptions(
                host, port, serverName, newTransport, eventLoopThreads, readerThreads, limits, chunks, timeouts);
    }

    private WireServerOptions with(Limits newLimits, Chunks newChunks, Timeouts newTimeouts) {
        return new WireServerOptions(
                host, port, serverName, transport, eventLoopThreads, readerThreads, newLimits, newChunks, newTimeouts);
    }

    public WireServerOptions withLimits(Limits newLimits) {
        return with(newLimits, chunks, timeouts);
    }

    public WireServerOptions withChunks(Chunks newChunks) {
        return with(limits, newChunks, timeouts);
    }

    public WireServerOptions withTimeouts(Timeouts newTimeouts) {
        return with(limits, chunks, newTimeouts);
    }

    /// What a client is told of these bounds.
    Answer.Limits announced() {
        return new Answer.Limits(
                FrameFormat.FRAME_BYTES_MAX,
                PointColumns.COUNT_MAX,
                limits.mutationsInFlightMax,
                limits.mutationBytesInFlightMax,
                limits.readsInFlightMax,
                limits.snapshotsHeldMax,
                chunks.points,
                chunks.windows,
                chunks.creditMax,
                (int) Math.min(Integer.MAX_VALUE, timeouts.idleNanos / 1_000_000));
    }

    /// A class of its own, so that the records above can have defaults: would their constructors call a method of the
    /// options, whose own default needs them, two threads could wait for each other's class for ever.
    private static final class Rule {
        static void atLeast(long min, long found, String what) {
            if (found < min) {
                throw new IllegalArgumentException(what + " is " + found + ", wanted at least " + min);
            }
        }
    }
}
