package io.distil.storage.store;

import io.distil.base.BrokenInvariant;
import io.distil.storage.keyed.KeyedRoot;

/// A point to which a store returns after a crash: everything in the keyed tree, and all that it refers to, is durable.
///
/// @param sequence counts checkpoints since the store was made; also the version of the keyed tree
/// @param appliedThrough position in the command log up to which all records and catalog changes are in the keyed tree
/// @param replayFrom position in the command log from which a restart has to read again; never beyond what is still only
///     in memory
/// @param nextSegment every segment that a checkpointed block lies in has a smaller number
/// @param keyedRoot the keyed tree at this point
/// @param epochNanos wall time at which it was taken; for people
public record Checkpoint(
        long sequence, long appliedThrough, long replayFrom, int nextSegment, KeyedRoot keyedRoot, long epochNanos) {
    public Checkpoint {
        String violation = violation(sequence, appliedThrough, replayFrom, nextSegment);
        BrokenInvariant.check(violation == null, violation);
    }

    /// What is wrong with these numbers, or null.
    static String violation(long sequence, long appliedThrough, long replayFrom, int nextSegment) {
        if (sequence < 0) {
            return "checkpoint sequence is " + sequence + ", wanted 0 or more";
        }
        if (appliedThrough < 0 || replayFrom < 0) {
            return "checkpoint log positions are " + appliedThrough + " and " + replayFrom + ", wanted 0 or more";
        }
        return nextSegment < 0 ? "checkpoint next segment is " + nextSegment + ", wanted 0 or more" : null;
    }
}
