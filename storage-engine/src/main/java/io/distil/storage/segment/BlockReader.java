package io.distil.storage.segment;

import java.io.IOException;
import java.util.List;

/// Reads blocks, from memory when they are there. Safe for use by many threads.
public interface BlockReader {
    /// The block, pinned until it is closed.
    ///
    /// @throws io.distil.base.CorruptBlock if what lies there is not this block
    Block read(BlockRef ref, BlockKind kind) throws IOException;

    /// Says that these blocks will be read soon, in this order: those that lie near each other are then brought into memory by
    /// one read of the disk. A hint, which may do nothing: a damaged block is found out when it is read.
    default void readAhead(List<BlockRef> refs, BlockKind kind) throws IOException {}
}
