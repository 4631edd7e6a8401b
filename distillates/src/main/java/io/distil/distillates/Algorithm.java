package io.distil.distillates;

import io.distil.base.Refused;

import java.util.List;

/// A way to compute output streams from input streams. Stateless; one object serves every distillate that names it.
///
/// A new {@link #version} says that the same inputs may now give other outputs: every distillate of this algorithm is
/// then computed again from the beginning.
public interface Algorithm {
    /// What a specification calls it, such as `moving-statistics`.
    String name();

    /// At least 1; raised whenever any output bit may change.
    int version();

    /// The names of what it can put out; a position in this list is the `output` of {@link OutputSink#emit}.
    List<String> outputs();

    /// Checks parameters and the number of inputs, and returns the computation they ask for.
    ///
    /// @throws Refused `INVALID_ARGUMENT`, naming the parameter
    Computation prepare(Parameters parameters, int inputCount);
}
