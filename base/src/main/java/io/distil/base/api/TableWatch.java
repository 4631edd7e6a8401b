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
    /// @param isCatchUp true if single changes are not known any more: then these are the keys that differ, each as it is now,
    ///     by key, in as many batches as they need: all but the last repeat the `through` from before, so that whoever breaks
    ///     off between them begins the catch-up again; the last may be empty. A key that came and went meanwhile may be told
    ///     as gone. False: the changes of one mutation, in its order
    record Batch(Version through, boolean isCatchUp, List<TableChange> changes) {}

    /// The next batch, or null if none came within `timeout`.
    Batch next(Duration timeout) throws IOException;

    @Override
    void close();
}
