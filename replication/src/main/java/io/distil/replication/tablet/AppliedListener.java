package io.distil.replication.tablet;

import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;

/// Told of every log entry beyond the last checkpoint, live or replayed, right after it was applied and before anybody
/// is answered. Called on the tablet's thread.
@FunctionalInterface
public interface AppliedListener {
    AppliedListener NONE = (_, _, _) -> {};

    /// @param mutation its points are valid only during the call
    /// @param outcome null if the entry had no effect: refused, or a repetition
    void applied(long position, Mutation mutation, Outcome outcome);
}
