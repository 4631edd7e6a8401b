package io.distil.integration.history;

import io.distil.base.BrokenInvariant;
import io.distil.base.Refused;
import io.distil.base.api.Durability;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;
import io.distil.base.api.Writes;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// How a mutation ended for the client that asked for it: the three endings that {@link Writes} promises, taken literally.
sealed interface Ended {
    record Done(Outcome outcome) implements Ended {}

    /// Certainly nothing was changed.
    record Not(Refused refused) implements Ended {}

    /// Perhaps it was done, perhaps it will be.
    record InDoubt(String why) implements Ended {}

    /// Longer than a client of the tests repeats by itself.
    long PATIENCE_SECONDS = 40;

    static Ended submit(Writes store, Mutation mutation, Durability durability) throws InterruptedException {
        try {
            return of(store.submit(mutation, WriteTag.NONE, durability));
        } catch (Refused e) {
            return new Not(e);
        }
    }

    private static Ended of(CompletableFuture<Outcome> future) throws InterruptedException {
        try {
            return new Done(future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            return new InDoubt("no answer within " + PATIENCE_SECONDS + " s");
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case Refused refused -> new Not(refused);
                case IOException lost -> new InDoubt(lost.toString());
                default -> throw new BrokenInvariant("a mutation failed with neither of the promised kinds: " + e, e);
            };
        }
    }
}
