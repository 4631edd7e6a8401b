package io.distil.base.api;

/// One point, for answers that hold a single one.
///
/// @param time nanoseconds since the Unix epoch
public record Point(long time, double value) {}
