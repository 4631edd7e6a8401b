package io.distil.replication.flush;

import io.distil.storage.store.Store;

import java.io.IOException;

/// Something slow about a commit, for the flusher's thread, which owns the store's writer.
@FunctionalInterface
public interface FlushTask {
    /// Does it, on the flusher's thread. After a failure nothing is flushed any more.
    ///
    /// @return what is to be done with the result on the tablet's thread
    Runnable run(Store store) throws IOException;
}
