package io.distil.base.api;

import java.util.concurrent.CompletableFuture;

/// Takes mutations of streams, tables and records. Safe for use by many threads.
///
/// A mutation's future completes when the mutation is durable as asked and visible, or fails with
/// {@link io.distil.base.Refused} (nothing was changed) or {@link java.io.IOException} (in doubt). It may complete on an
/// internal thread: do not block there.
public interface Writes {
    /// Does a mutation once, however often it is submitted under the same tag.
    CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability);

    default CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag) {
        return submit(mutation, tag, Durability.MAJORITY);
    }

    /// Does a mutation; a network client tags and repeats it by itself.
    default CompletableFuture<Outcome> submit(Mutation mutation) {
        return submit(mutation, WriteTag.NONE, Durability.MAJORITY);
    }

    /// Waits until what was acknowledged at `position` is durable at a higher level.
    ///
    /// @throws io.distil.base.Refused `REVERTED` (by the future) if another leader's log took its place: it never happened
    CompletableFuture<Void> await(LogPosition position, Durability durability);
}
