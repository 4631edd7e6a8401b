package io.distil.wire.client;

import io.distil.base.api.WriteTag;

/// How a {@link DistilClient} behaves.
///
/// @param clientName told to the server, for its log
/// @param token room for a credential; sent, not looked at by the server yet
/// @param connectTimeoutNanos for the connection and the handshake
/// @param mutationTimeoutNanos how long a mutation is repeated over lost connections before its future fails, in doubt
/// @param readTimeoutNanos how long a question waits for its first answer, lost connections included
/// @param retryNanosMin the first pause before connecting anew; it doubles up to `retryNanosMax`
/// @param pingNanos after so long without a byte from the server it is asked whether it is there; after three times as
///     long the connection is taken as lost
/// @param mutationsInFlightMax unanswered mutations, at most {@link WriteTag#IN_FLIGHT_MAX}
/// @param waitsForRoom whether a submit beyond that waits for room, or is refused as `OVERLOADED` at once
/// @param creditChunks chunks of one answer that may be under way; they are the memory a cursor takes at most
public record DistilClientOptions(
        String clientName,
        byte[] token,
        long connectTimeoutNanos,
        long mutationTimeoutNanos,
        long readTimeoutNanos,
        long retryNanosMin,
        long retryNanosMax,
        long pingNanos,
        int mutationsInFlightMax,
        boolean waitsForRoom,
        int creditChunks) {
    private static final long SECOND_NANOS = 1_000_000_000L;

    public static final DistilClientOptions DEFAULT =
            new DistilClientOptions(
                    "java",
                    new byte[0],
                    10 * SECOND_NANOS,
                    60 * SECOND_NANOS,
                    30 * SECOND_NANOS,
                    SECOND_NANOS / 100,
                    SECOND_NANOS,
                    15 * SECOND_NANOS,
                    WriteTag.IN_FLIGHT_MAX,
                    true,
                    8);

    public DistilClientOptions {
        if (mutationsInFlightMax < 1 || mutationsInFlightMax > WriteTag.IN_FLIGHT_MAX) {
            throw new IllegalArgumentException(
                    mutationsInFlightMax + " mutations in flight; 1.." + WriteTag.IN_FLIGHT_MAX + " are taken");
        }
        if (creditChunks < 1) {
            throw new IllegalArgumentException("a credit of " + creditChunks + " chunks; wanted at least 1");
        }
    }

    public DistilClientOptions withName(String newClientName) {
        return new DistilClientOptions(
                newClientName,
                token,
                connectTimeoutNanos,
                mutationTimeoutNanos,
                readTimeoutNanos,
                retryNanosMin,
                retryNanosMax,
                pingNanos,
                mutationsInFlightMax,
                waitsForRoom,
                creditChunks);
    }

    public DistilClientOptions withTimeouts(long newConnectNanos, long newMutationNanos, long newReadNanos) {
        return new DistilClientOptions(
                clientName,
                token,
                newConnectNanos,
                newMutationNanos,
                newReadNanos,
                retryNanosMin,
                retryNanosMax,
                pingNanos,
                mutationsInFlightMax,
                waitsForRoom,
                creditChunks);
    }

    public DistilClientOptions withRetry(long newRetryNanosMin, long newRetryNanosMax, long newPingNanos) {
        return new DistilClientOptions(
                clientName,
                token,
                connectTimeoutNanos,
                mutationTimeoutNanos,
                readTimeoutNanos,
                newRetryNanosMin,
                newRetryNanosMax,
                newPingNanos,
                mutationsInFlightMax,
                waitsForRoom,
                creditChunks);
    }

    public DistilClientOptions withInFlight(int newMutationsMax, boolean newWaitsForRoom, int newCreditChunks) {
        return new DistilClientOptions(
                clientName,
                token,
                connectTimeoutNanos,
                mutationTimeoutNanos,
                readTimeoutNanos,
                retryNanosMin,
                retryNanosMax,
                pingNanos,
                newMutationsMax,
                newWaitsForRoom,
                newCreditChunks);
    }
}
