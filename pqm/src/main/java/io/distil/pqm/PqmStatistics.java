package io.distil.pqm;

/// What a {@link Pqm} holds, for status and metrics.
///
/// @param queuedStreamCount streams with buffered mutations whose flush was not asked for yet
/// @param queuedBytes of these streams
/// @param heldBytes of everything buffered, frozen, or held by readers of older views
/// @param heldBytesMax the budget for that
/// @param historyBytes change history of built commits
public record PqmStatistics(
        int queuedStreamCount, long queuedBytes, long heldBytes, long heldBytesMax, long historyBytes) {}
