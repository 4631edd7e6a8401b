package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

/// A way to write the times of a chunk. {@link #plan} first, then {@link #write} of the same chunk, on one thread.
///
/// A new one takes a number that was never used, a class here, and a line in {@link TimeColumn}.
sealed interface TimeScheme permits ConstantPeriod, PeriodWithJitter, TimeDifferences, RawTimes {
    /// What {@link #plan} answers where a scheme does not fit.
    int INAPPLICABLE = Integer.MAX_VALUE;

    /// The byte in front of the column.
    int number();

    /// The name that tools print.
    String label();

    /// @param bytesToBeat a scheme that sees early that it will take more may answer {@link #INAPPLICABLE}
    /// @return the bytes that {@link #write} will take, or a few more; {@link #INAPPLICABLE} if it cannot
    int plan(TimeChunk chunk, int bytesToBeat);

    void write(TimeChunk chunk, ByteSink out);

    /// Reads `count` times, at least 1. They may be in any order: {@link TimeColumn} checks.
    void read(ByteSource in, long[] times, int count) throws CorruptBlock;
}
