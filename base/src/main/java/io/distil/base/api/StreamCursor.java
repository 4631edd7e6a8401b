package io.distil.base.api;

import java.io.IOException;
import java.util.List;

/// Streams found by a filter, in the order of (collection, tags), a page at a time. One owner thread.
public interface StreamCursor extends AutoCloseable {
    /// The next streams, at most `countMax`; an empty list at the end, and only there.
    List<StreamInfo> next(int countMax) throws IOException;

    @Override
    void close();
}
