/// Benchmarks of the parts, one process at a time, by JMH: `bench/run [NAME-PATTERN] [JMH options]`.
///
/// {@link io.distil.bench.Main} gives the forks the project's JVM flags and writes JSON beside the printed tables.
/// `Series` makes the points, `Summary` prints what goes into `bench/RESULTS.md`. Each benchmark's documentation says what
/// one operation is; figures and the machine they were taken on are in that file. Nothing here is a test: no figure fails a
/// build.
package io.distil.bench;
