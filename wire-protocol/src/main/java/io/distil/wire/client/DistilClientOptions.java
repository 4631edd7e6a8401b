package io.distil.wire.client;

import io.distil.base.api.WriteTag;

/// How a {@link DistilClient} behaves.
///
/// @param clientName told to the server, for its log
/// @param token room for a credential; sent, not looked at by the server yet
public record DistilClientOptions(
        String clientName, byte[] token, Timeouts timeouts, Reconnect reconnect, InFlight inFlight) {
    private static final long SECOND_NANOS = 1_000_000_000L;

    public static final DistilClientOptions DEFAULT =
            new DistilClientOptions("java", new byte[0], Timeouts.DEFAULT, Reconnect.DEFAULT, InFlight.DEFAULT);

    /// How long a caller is kept waiting.
    ///
    /// @param connectNanos for the connection and the handshake
    /// @param mutationNanos how long a mutation is repeated over lost connections before its future fails, in doubt
    /// @param readNanos how long a question waits for its first answer, lost connections included
    public record Timeouts(long connectNanos, long mutationNanos, long readNanos) {
        public static final Timeouts DEFAULT = new Timeouts(10 * SECOND_NANOS, 60 * SECOND_NANOS, 30 * SECOND_NANOS);

        public Timeouts {
            if (connectNanos < 1 || mutationNanos < 1 || readNanos < 1) {
                throw new IllegalArgumentException(
                        "timeouts of "
                                + connectNanos
                                + " ns to connect, "
                                + mutationNanos
                                + " ns for a mutation, "
                                + readNanos
                                + " ns for a read; wanted at least 1 each");
            }
        }
    }

    /// When a connection is taken as lost, and how soon another is tried.
    ///
    /// @param pauseNanosMin the first pause before connecting anew; it doubles up to `pauseNanosMax`
    /// @param pingNanos after so long without a byte from the server it is asked whether it is there; after three times
    ///     as long the connection is taken as lost
    public record Reconnect(long pauseNanosMin, long pauseNanosMax, long pingNanos) {
        public static final Reconnect DEFAULT = new Reconnect(SECOND_NANOS / 100, SECOND_NANOS, 15 * SECOND_NANOS);

        public Reconnect {
            if (pauseNanosMin < 1 || pauseNanosMax < pauseNanosMin) {
                throw new IllegalArgumentException(
                        "pauses of "
                                + pauseNanosMin
                                + " ns up to "
                                + pauseNanosMax
                                + " ns; wanted at least 1, and no less than the first");
            }
            if (pingNanos < 1) {
                throw new IllegalArgumentException("a ping after " + pingNanos + " ns; wanted at least 1");
            }
        }
    }

    /// What may be under way at once.
    ///
    /// @param mutationsMax unanswered mutations, at most {@link WriteTag#IN_FLIGHT_MAX}
    /// @param waitsForRoom whether a submit beyond that waits for room, or is refused as `OVERLOADED` at once
    /// @param creditChunks chunks of one answer that may be under way; they are the memory a cursor takes at most
    public record InFlight(int mutationsMax, boolean waitsForRoom, int creditChunks) {
        public static final InFlight DEFAULT = new InFlight(WriteTag.IN_FLIGHT_MAX, true, 8);

        public InFlight {
            if (mutationsMax < 1 || mutationsMax > WriteTag.IN_FLIGHT_MAX) {
                throw new IllegalArgumentException(
                        mutationsMax + " mutations in flight; 1.." + WriteTag.IN_FLIGHT_MAX + " are taken");
            }
            if (creditChunks < 1) {
                throw new IllegalArgumentException("a credit of " + creditChunks + " chunks; wanted at least 1");
            }
        }
    }

    public DistilClientOptions withName(String newClientName) {
        return new DistilClientOptions(newClientName, token, timeouts, reconnect, inFlight);
    }

    public DistilClientOptions withTimeouts(Timeouts newTimeouts) {
        return new DistilClientOptions(clientName, token, newTimeouts, reconnect, inFlight);
    }

    public DistilClientOptions withReconnect(Reconnect newReconnect) {
        return new DistilClientOptions(clientName, token, timeouts, newReconnect, inFlight);
    }

    public DistilClientOptions withInFlight(InFlight newInFlight) {
        return new DistilClientOptions(clientName, token, timeouts, reconnect, newInFlight);
    }
}
