package io.distil.storage.segment;

import io.distil.base.BrokenInvariant;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A block's body off the heap, counted by its holders: the cache is one, the writer one until the block is on disk,
/// and each reader one. The last to let go frees it.
///
/// ```
/// 1 … n ──retain──▶ n + 1 ──close──▶ n … ──close──▶ 0: freed; retain then fails, for ever
/// ```
final class CachedBlock implements Block {
    /// What an entry costs beside its body: this object, its key and the cache's node, by their layout.
    private static final int OVERHEAD_BYTES = 192;

    private static final VarHandle HOLDERS;

    static {
        try {
            HOLDERS = MethodHandles.lookup().findVarHandle(CachedBlock.class, "holderCount", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemorySegment memory;
    private final MemorySegment body;
    private final BlockKind kind;
    private int holderCount = 1;

    /// A copy of `[offset, offset + bytes)` of `source`, held once, by the caller.
    CachedBlock(BlockKind kind, MemorySegment source, long offset, int bytes) {
        this.kind = kind;
        memory = OffHeap.allocate(MemoryOwner.BLOCK_CACHE, bytes);
        MemorySegment.copy(source, offset, memory, 0, bytes);
        body = memory.asSlice(0, bytes).asReadOnly();
    }

    BlockKind kind() {
        return kind;
    }

    /// What the cache counts for this block.
    int weightBytes() {
        return (int) Math.min(Integer.MAX_VALUE, memory.byteSize() + OVERHEAD_BYTES);
    }

    @Override
    public MemorySegment body() {
        return body;
    }

    /// Holds the block once more; false if it is gone.
    boolean retain() {
        while (true) {
            int count = (int) HOLDERS.getVolatile(this);
            if (count == 0) {
                return false;
            }
            if (HOLDERS.compareAndSet(this, count, count + 1)) {
                return true;
            }
        }
    }

    @Override
    public void close() {
        int count = (int) HOLDERS.getAndAdd(this, -1);
        if (count == 1) {
            OffHeap.free(MemoryOwner.BLOCK_CACHE, memory);
        } else if (count <= 0) {
            throw new BrokenInvariant("a block was closed more often than it was read");
        }
    }
}
