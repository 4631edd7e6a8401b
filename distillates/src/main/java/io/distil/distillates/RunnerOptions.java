package io.distil.distillates;

import io.distil.base.BrokenInvariant;

/// The runner's constants, in one place so that tests can shrink them.
///
/// @param chunkPointsMax input points of one piece of work, its margins not counted; with two outputs a piece then
///     carries 4 MiB into the log
/// @param bufferPointsMax points that one input may have in one piece of work, its margins counted; 256 MiB of columns
/// @param changeResolutionLog2 changed ranges are asked for in windows at least this wide, so that scattered single
///     points make no list of single nanoseconds
/// @param snapshotAgeNanosMax a long run takes fresh snapshots at this age, so that old versions need not be kept for
///     it
/// @param idleNanos how long the thread sleeps when there is nothing to do
/// @param retryNanosMin pause after a first failure; doubles with each further one
/// @param retryNanosMax longest such pause
public record RunnerOptions(
        int chunkPointsMax,
        int bufferPointsMax,
        int changeResolutionLog2,
        long snapshotAgeNanosMax,
        long idleNanos,
        long retryNanosMin,
        long retryNanosMax) {
    public static final RunnerOptions DEFAULT =
            new RunnerOptions(1 << 17, 1 << 24, 20, 10_000_000_000L, 50_000_000L, 1_000_000_000L, 300_000_000_000L);

    public RunnerOptions {
        BrokenInvariant.check(
                chunkPointsMax > 0 && bufferPointsMax >= chunkPointsMax,
                "a chunk of " + chunkPointsMax + " points in a buffer of " + bufferPointsMax);
        BrokenInvariant.check(
                changeResolutionLog2 >= 0 && changeResolutionLog2 <= 62, "resolution 2^" + changeResolutionLog2);
    }

    /// The pause after this many failures in a row.
    long retryNanos(int failureCount) {
        return Math.min(retryNanosMax, retryNanosMin << Math.min(failureCount - 1, 20));
    }
}
