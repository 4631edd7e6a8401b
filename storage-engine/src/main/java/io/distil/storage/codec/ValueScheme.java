package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

/// A way to write the values of a chunk, each bit of them. {@link #plan} first, then {@link #write} of the same chunk, on
/// one thread.
///
/// A new one takes a number that was never used, a class here, and a line in {@link ValueColumn}.
sealed interface ValueScheme permits ConstantValue, DecimalValues, OrderedBits, SplitBits, DistinctValues, RawValues {
    /// What {@link #plan} answers where a scheme does not fit.
    int INAPPLICABLE = Integer.MAX_VALUE;

    /// The byte in front of the column.
    int number();

    /// The name that tools print.
    String label();

    /// @param bytesToBeat a scheme that sees early that it will take more may answer {@link #INAPPLICABLE}
    /// @return the bytes that {@link #write} will take, or a few more; {@link #INAPPLICABLE} if it cannot
    int plan(ValueChunk chunk, int bytesToBeat);

    void write(ValueChunk chunk, ByteSink out);

    /// Reads `count` values, at least 1, into the start of `values`.
    void read(ByteSource in, double[] values, int count) throws CorruptBlock;
}
