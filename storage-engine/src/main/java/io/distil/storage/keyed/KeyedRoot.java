package io.distil.storage.keyed;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;
import io.distil.storage.segment.BlockRef;

import java.lang.foreign.MemorySegment;

/// One version of a keyed tree, complete and never changing.
///
/// @param block the topmost block; null in an empty tree
/// @param height levels of blocks: 0 when empty, 1 when the topmost block is a leaf
/// @param entryCount keys in the tree
/// @param blockBytes sum of the bodies of all blocks of this version, those of large values included
public record KeyedRoot(BlockRef block, int height, long entryCount, long blockBytes) {
    /// The tree without keys.
    public static final KeyedRoot EMPTY = new KeyedRoot(null, 0, 0, 0);

    /// Bytes of an encoded root.
    public static final int BYTES = 40;

    /// More than any tree of 2^63 entries needs, as inner blocks have at least two entries when they are written.
    static final int HEIGHT_MAX = 64;

    private static final int ADDRESS = 0;
    private static final int BODY_BYTES = 8;
    private static final int HEIGHT = 12;
    private static final int VERSION = 16;
    private static final int ENTRY_COUNT = 24;
    private static final int BLOCK_BYTES = 32;

    public KeyedRoot {
        String violation = violation(block, height, entryCount, blockBytes);
        BrokenInvariant.check(violation == null, violation);
    }

    private static String violation(BlockRef block, int height, long entryCount, long blockBytes) {
        if (block == null) {
            return height == 0 && entryCount == 0 && blockBytes == 0
                    ? null
                    : "an empty root of height %d with %d entries in %d bytes, wanted zeros"
                            .formatted(height, entryCount, blockBytes);
        }
        if (height < 1 || height > HEIGHT_MAX) {
            return "root height is " + height + ", wanted 1.." + HEIGHT_MAX;
        }
        if (entryCount < 1) {
            return "root entry count is " + entryCount + ", wanted at least 1";
        }
        return block.bytes() > 0 && blockBytes >= block.bytes()
                ? null
                : "root block of " + block.bytes() + " bytes in a tree of " + blockBytes + " bytes";
    }

    public boolean isEmpty() {
        return block == null;
    }

    /// Writes {@link #BYTES} bytes at `offset`.
    public void encode(MemorySegment memory, long offset) {
        memory.set(Layouts.LONG, offset + ADDRESS, block == null ? 0 : block.address());
        memory.set(Layouts.INT, offset + BODY_BYTES, block == null ? 0 : block.bytes());
        memory.set(Layouts.INT, offset + HEIGHT, height);
        memory.set(Layouts.LONG, offset + VERSION, block == null ? 0 : block.version());
        memory.set(Layouts.LONG, offset + ENTRY_COUNT, entryCount);
        memory.set(Layouts.LONG, offset + BLOCK_BYTES, blockBytes);
    }

    /// @param where for the message: the file and the place in it
    /// @throws CorruptBlock if no tree has such a root
    public static KeyedRoot decode(MemorySegment memory, long offset, String where) throws CorruptBlock {
        int bodyBytes = memory.get(Layouts.INT, offset + BODY_BYTES);
        BlockRef block =
                bodyBytes == 0
                        ? null
                        : new BlockRef(
                                memory.get(Layouts.LONG, offset + ADDRESS),
                                bodyBytes,
                                memory.get(Layouts.LONG, offset + VERSION));
        int height = memory.get(Layouts.INT, offset + HEIGHT);
        long entryCount = memory.get(Layouts.LONG, offset + ENTRY_COUNT);
        long blockBytes = memory.get(Layouts.LONG, offset + BLOCK_BYTES);
        String violation = violation(block, height, entryCount, blockBytes);
        if (violation != null) {
            throw new CorruptBlock(where + ": " + violation);
        }
        return block == null ? EMPTY : new KeyedRoot(block, height, entryCount, blockBytes);
    }
}
