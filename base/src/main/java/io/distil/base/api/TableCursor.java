package io.distil.base.api;

import java.io.IOException;
import java.util.List;

/// A walk over rows or changes, a page at a time. One owner thread.
public interface TableCursor<T> extends AutoCloseable {
    /// The next ones, at most `countMax`; an empty list at the end, and only there.
    List<T> next(int countMax) throws IOException;

    @Override
    void close();
}
