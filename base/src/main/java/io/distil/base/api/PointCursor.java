package io.distil.base.api;

import java.io.IOException;

/// Points in time order, pulled a batch at a time. One owner thread.
public interface PointCursor extends AutoCloseable {
    /// Clears `batch` and fills it with the next points, at most its capacity.
    ///
    /// @return how many points; 0 at the end, and only there
    int next(PointBatch batch) throws IOException;

    @Override
    void close();
}
