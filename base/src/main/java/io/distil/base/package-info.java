/// The vocabulary every other module speaks: stream ids, versions, times and ranges, statistics, the clock, checksums, and
/// the three kinds of trouble.
///
/// It knows no disk, no network and no thread. Reading order: {@link io.distil.base.Times} (what a time is and how windows
/// align), {@link io.distil.base.TimeRange}, {@link io.distil.base.Version}, {@link io.distil.base.Statistics}, then the
/// troubles: {@link io.distil.base.Refused} (the caller's mistake), {@link io.distil.base.DiskFailed} and
/// {@link io.distil.base.CorruptBlock} (the world's fault), {@link io.distil.base.BrokenInvariant} (ours).
///
/// The interface through which programs use a store, near or far, is in {@link io.distil.base.api}; memory outside the
/// Java heap and who owns it in {@link io.distil.base.memory}.
package io.distil.base;
