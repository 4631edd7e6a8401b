package io.distil.integration.simulation;

import io.distil.base.api.Durability;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;
import io.distil.replication.tablet.LocalStore;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// A store without threads for callers that wait: each mutation is stepped, in a random order of tablet and flusher,
/// until it is answered. When the power is gone no answer comes, and the caller is left in doubt.
final class SteppedStore extends ForwardingStore {
    /// Far more steps than any answer takes.
    private static final int STEPS_MAX = 20_000;

    private final LocalStore store;
    private final Random random;

    SteppedStore(LocalStore store, Random random) {
        super(store);
        this.store = store;
        this.random = random;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        CompletableFuture<Outcome> answer = store.submit(mutation, tag, durability);
        for (int steps = 0; !answer.isDone() && steps < STEPS_MAX; steps++) {
            store.step(random.nextInt(3) > 0);
        }
        return answer.isDone() ? answer : CompletableFuture.failedFuture(new IOException("no answer came"));
    }
}
