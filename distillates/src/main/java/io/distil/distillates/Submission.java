package io.distil.distillates;

import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.StreamStore;

import java.io.IOException;
import java.util.concurrent.CompletionException;

/// Waits for a mutation and throws what it failed with, unwrapped.
final class Submission {
    private Submission() {}

    static Outcome submit(StreamStore store, Mutation mutation) throws IOException {
        try {
            return store.submit(mutation).join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException runtime -> throw runtime;
                case null, default -> throw e;
            }
        }
    }
}
