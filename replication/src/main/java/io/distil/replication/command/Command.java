package io.distil.replication.command;

import io.distil.base.api.Mutation;
import io.distil.base.api.WriteTag;

/// A mutation as it stands in the log.
///
/// @param epochNanos wall time at which it was admitted; the same on every replica
/// @param tag names it among its client's mutations, or {@link WriteTag#NONE}
public record Command(long epochNanos, WriteTag tag, Mutation mutation) {}
