package io.distil.distillates;

/// The points of one input around the range being computed, in time order. Valid during one call of
/// {@link Computation#compute}.
public interface InputPoints {
    int count();

    /// Nanoseconds since the Unix epoch.
    long time(int index);

    double value(int index);
}
