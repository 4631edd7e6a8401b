package io.distil.distillates;

/// Where a {@link Computation} puts its points.
public interface OutputSink {
    /// Adds a point to an output. An output that the specification does not ask for is dropped here.
    ///
    /// @param output position in {@link Algorithm#outputs}
    /// @param time inside the range being computed
    /// @param value finite
    void emit(int output, long time, double value);
}
