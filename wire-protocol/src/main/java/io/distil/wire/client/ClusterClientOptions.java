package io.distil.wire.client;

import io.distil.base.api.LogPosition;

import java.util.function.Consumer;

/// How a {@link ClusterClient} behaves.
///
/// @param node towards each node; its `mutationNanos` and `readNanos` bound everything, repetitions at other nodes included
/// @param retry how soon a request is put again, when a node was the wrong one or is gone
/// @param onRevert told, on an internal thread, of mutations acknowledged at durability `leader` that never happened
public record ClusterClientOptions(DistilClientOptions node, Retry retry, Consumer<LogPosition> onRevert) {
    private static final long MILLI_NANOS = 1_000_000L;

    /// A silent node is given up after three of these: a leader that hangs must not hold its clients for long.
    private static final long PING_NANOS = 1_000 * MILLI_NANOS;

    /// A machine that is gone does not even refuse a connection.
    private static final long CONNECT_NANOS = 2_000 * MILLI_NANOS;

    private static final DistilClientOptions.Reconnect QUICK =
            new DistilClientOptions.Reconnect(10 * MILLI_NANOS, 500 * MILLI_NANOS, PING_NANOS);

    public static final ClusterClientOptions DEFAULT =
            new ClusterClientOptions(DistilClientOptions.DEFAULT.withReconnect(QUICK), Retry.DEFAULT, _ -> {});

    /// Pauses between repetitions: each is drawn from the upper half of a bound that doubles, so that clients which lost the
    /// same leader do not come back in step.
    public record Retry(long pauseNanosMin, long pauseNanosMax) {
        public static final Retry DEFAULT = new Retry(5 * MILLI_NANOS, 500 * MILLI_NANOS);

        public Retry {
            if (pauseNanosMin < 1 || pauseNanosMax < pauseNanosMin) {
                throw new IllegalArgumentException(
                        "pauses of "
                                + pauseNanosMin
                                + " ns up to "
                                + pauseNanosMax
                                + " ns; wanted at least 1, and no less than the first");
            }
        }
    }

    public ClusterClientOptions withNode(DistilClientOptions newNode) {
        return new ClusterClientOptions(newNode, retry, onRevert);
    }

    public ClusterClientOptions withName(String clientName) {
        return withNode(node.withName(clientName));
    }

    public ClusterClientOptions withRetry(Retry newRetry) {
        return new ClusterClientOptions(node, newRetry, onRevert);
    }

    public ClusterClientOptions withOnRevert(Consumer<LogPosition> newOnRevert) {
        return new ClusterClientOptions(node, retry, newOnRevert);
    }
}
