/// The algorithms that every Distil ships: pure functions, each documented with its formula, which ends of its windows
/// are included, and why its result does not depend on how the work was cut.
///
/// They know {@link io.distil.distillates.Algorithm} and the vocabulary, no store. So far:
/// {@link io.distil.distillates.shipped.MovingStatistics}.
package io.distil.distillates.shipped;
