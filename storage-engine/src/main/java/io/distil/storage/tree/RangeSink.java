package io.distil.storage.tree;

/// Takes ranges of time one after the other, ascending.
@FunctionalInterface
public interface RangeSink {
    /// The times `[from, until)`.
    void range(long from, long until);
}
