package io.distil.replication.tablet;

import io.distil.base.api.Durability;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;

import java.util.concurrent.CompletableFuture;

/// A mutation between the log and its answer.
///
/// @param isCreation whether mutations of unknown streams may find their stream once this one is applied
/// @param ifLost what to do when it will not come back
record Pending(CompletableFuture<Outcome> future, Durability durability, boolean isCreation, Runnable ifLost) {
    private static final Runnable NOTHING = () -> {};

    static Pending of(Mutation mutation, Durability durability, CompletableFuture<Outcome> future) {
        return new Pending(future, durability, mutation instanceof Mutation.Create, NOTHING);
    }

    /// A mutation that the tablet itself wants; nobody waits for its answer.
    static Pending ofProposal(Runnable ifLost) {
        return new Pending(new CompletableFuture<>(), Durability.MAJORITY, false, ifLost);
    }
}
