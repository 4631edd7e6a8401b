package io.distil.storage.segment;

import java.lang.foreign.MemorySegment;

/// A block in memory, pinned: its bytes stay where they are until {@link #close}.
public interface Block extends AutoCloseable {
    /// The body, read-only, exactly as long as it was written.
    MemorySegment body();

    @Override
    void close();
}
