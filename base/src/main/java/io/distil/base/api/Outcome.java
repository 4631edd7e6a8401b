package io.distil.base.api;

import io.distil.base.Version;

/// What a mutation led to.
///
/// @param version the stream's version after it; {@link Version#ZERO} for those that touch no single stream's points
/// @param propertyVersion the stream's property version after it, or 0 where there is none
public record Outcome(Version version, long propertyVersion) {}
