package io.distil.base.api;

import io.distil.base.Version;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Every change of a key range, in the order in which it happened. One owner thread.
///
/// Resumable: open another one `since` the version of the last batch that was worked off.
public interface TableWatch extends AutoCloseable {
    /// Changes that belong together.
    ///
    /// @param through the table's version up to which everything is in this batch or was in one before
    /// @param isCatchUp true if single changes are not known any more: then these are the keys that differ, each as it is at
    ///     `through`, by key; false: the changes of one mutation, in its order
    record Batch(Version through, boolean isCatchUp, List<TableChange> changes) {}

    /// The next batch, or null if none came within `timeout`.
    Batch next(Duration timeout) throws IOException;

    @Override
    void close();
}
