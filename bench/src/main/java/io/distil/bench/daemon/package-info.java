/// What a client gets from a daemon: `distil bench ingest|windows|scan`.
///
/// Each command starts a daemon as a process of its own, with a data directory that it deletes afterwards, or asks one that
/// runs already. It measures the disk and the loopback first, in the same run and the same directory, because the machine
/// under it is rarely quiet: the figures to keep are ratios. It ends by itself.
///
/// Reading order: {@link io.distil.bench.daemon.BenchCommands}, `DaemonBench` (what the three share), `Target` (the
/// daemon), `RawDevice` and `Loopback` (what it is compared with), `Loader` and `JitteredWalk` (what it is fed with), then
/// `IngestBench`, `WindowsBench` and `ScanBench`.
package io.distil.bench.daemon;
