/// Distillates: streams computed from other streams, kept right when those grow, are corrected, or lose points.
///
/// The promise, for every distillate and at every moment, crashes included: outside the ranges that its cursor lists as
/// pending, the output equals, bit for bit, what its algorithm computes from the inputs at the versions the cursor
/// names; and as long as the inputs stand still, the pending ranges go away.
///
/// This module sees a store only as {@link io.distil.base.api.StreamStore}, so it runs the same in the daemon and over
/// the network. It must not know trees, logs, or which thread serves what. It owns no bytes but the contents of two
/// records of each distillate, `distillate/NAME/spec` and `distillate/NAME/cursor`; both are JSON, described in
/// `docs/formats/distillate.md` and touched by {@link io.distil.distillates.RecordCodec} only.
///
/// Reading order: {@link io.distil.distillates.DistillateSpec} (what somebody wants),
/// {@link io.distil.distillates.Algorithm} and {@link io.distil.distillates.Computation} (how it is computed, and the
/// rule that makes it safe to cut), {@link io.distil.distillates.Cursor} (what is always true),
/// {@link io.distil.distillates.Inputs} (from changes to pending ranges), {@link io.distil.distillates.DistillateRun}
/// (one piece of work), {@link io.distil.distillates.DistillateRunner} (the duty cycle), and
/// {@link io.distil.distillates.DistillateRegistry} (register, list, remove).
package io.distil.distillates;
