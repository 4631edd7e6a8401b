package io.distil.base.api;

import io.distil.base.Version;

/// A table as it is now.
///
/// @param name a path-like text of 1..255 bytes: `plants/turbines`
/// @param version as a stream's: major raised by every commit, minor by every mutation since
/// @param rowCount rows in the last commit, by the counts of its tree; what is buffered is not in it
/// @param createdEpochNanos wall time at which the leader took its creation
public record TableInfo(String name, Version version, long rowCount, long createdEpochNanos) {}
