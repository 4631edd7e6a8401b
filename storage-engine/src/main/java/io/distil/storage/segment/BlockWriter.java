package io.distil.storage.segment;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Appends blocks. One owner thread.
public interface BlockWriter {
    /// Copies the first `bytes` bytes of `body` into a new block. It can be read at once, by any thread; it is durable
    /// only after the store's next sync.
    BlockRef write(BlockKind kind, long version, MemorySegment body, int bytes) throws IOException;
}
