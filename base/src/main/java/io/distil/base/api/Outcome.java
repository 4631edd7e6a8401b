package io.distil.base.api;

import io.distil.base.Version;

/// What a mutation led to.
///
/// @param version the stream's or table's version after it; {@link Version#ZERO} for those that touch neither's content,
///     and for what is acknowledged at {@link Durability#LEADER}, before it is applied
/// @param propertyVersion the stream's property version after it, or 0 where there is none
/// @param logged where it stands in the log, or {@link LogPosition#NONE} where that is not known any more: a repetition
public record Outcome(Version version, long propertyVersion, LogPosition logged) {
    public Outcome(Version version, long propertyVersion) {
        this(version, propertyVersion, LogPosition.NONE);
    }

    public Outcome at(LogPosition position) {
        return new Outcome(version, propertyVersion, position);
    }
}
