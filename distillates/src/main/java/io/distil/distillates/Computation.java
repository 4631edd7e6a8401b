package io.distil.distillates;

import io.distil.base.TimeRange;

import java.util.List;

/// An {@link Algorithm} with its parameters: a pure function from the points of the inputs to the points of the
/// outputs.
///
/// The output at time u depends only on input points within `[u - leadNanos, u + trailingNanos]`, bit for bit: not on
/// the range it is computed in, nor on points further away that happen to be at hand. That is what lets the runner cut
/// the work anywhere and still end with the output of one computation over everything.
public interface Computation {
    /// How far before an output's time its inputs may lie; at least 0.
    long leadNanos();

    /// How far after an output's time its inputs may lie; at least 0.
    long trailingNanos();

    /// Emits every output point of `range`, and none outside it.
    ///
    /// @param inputs for each input in the order of the specification, at least its points in
    ///     `[range.from - leadNanos, range.until + trailingNanos)`, ascending in time, equal times in the order of
    ///     arrival
    void compute(List<? extends InputPoints> inputs, TimeRange range, OutputSink sink);
}
