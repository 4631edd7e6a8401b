package io.distil.storage.segment;

import java.io.IOException;

/// Reads blocks, from memory when they are there. Safe for use by many threads.
public interface BlockReader {
    /// The block, pinned until it is closed.
    ///
    /// @throws io.distil.base.CorruptBlock if what lies there is not this block
    Block read(BlockRef ref, BlockKind kind) throws IOException;
}
