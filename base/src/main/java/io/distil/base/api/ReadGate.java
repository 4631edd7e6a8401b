package io.distil.base.api;

import io.distil.base.StreamId;

import java.util.concurrent.CompletableFuture;

/// Says when a read may look at what this node has applied: how a {@link Consistency} reaches a store that answers from its
/// own state.
public interface ReadGate {
    /// A node without replicas: what it has acknowledged, it has applied.
    ReadGate OPEN = (_, _) -> CompletableFuture.completedFuture(null);

    /// Completes, on any thread and in bounded time, when a read of `scope` that begins then is as fresh as asked.
    ///
    /// It fails with {@link io.distil.base.Refused}: `NOT_LEADER` ({@link Consistency#LEADER} on another node, or there is no
    /// leader that could be asked), `TOO_STALE`, or `WRONG_TABLET` (this node does not hold the scope, or not in one group).
    CompletableFuture<Void> pass(Consistency consistency, Scope scope);

    /// What a read wants to look at.
    sealed interface Scope {
        Scope RECORDS = new Records();
        Scope EVERYTHING = new Everything();

        record OfStream(StreamId stream) implements Scope {}

        /// @param range of the table's keys
        record OfTable(String table, KeyRange range) implements Scope {}

        /// The small named records, which the root group keeps.
        record Records() implements Scope {}

        /// All that this node holds, in whatever group: lists of streams, collections and tables.
        record Everything() implements Scope {}
    }
}
