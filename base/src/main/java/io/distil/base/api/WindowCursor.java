package io.distil.base.api;

import java.io.IOException;

/// Windows in time order, pulled a batch at a time. One owner thread.
public interface WindowCursor extends AutoCloseable {
    /// Clears `batch` and fills it with the next windows, at most its capacity.
    ///
    /// @return how many windows; 0 at the end, and only there
    int next(WindowBatch batch) throws IOException;

    @Override
    void close();
}
