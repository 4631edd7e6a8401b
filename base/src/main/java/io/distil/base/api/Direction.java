package io.distil.base.api;

/// Which way to look for the nearest point.
public enum Direction {
    /// The first point at or after the time.
    FORWARD,
    /// The last point strictly before the time.
    BACKWARD
}
