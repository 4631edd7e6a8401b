package io.distil.pqm;

import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/// Allocates for one PQM and counts what it holds, so that its budget does not depend on who else shares the process.
/// Safe for use by many threads: the last reader of a view frees.
final class BufferMemory {
    private final AtomicLong pointBytes = new AtomicLong();
    private final AtomicLong changeBytes = new AtomicLong();

    MemorySegment allocate(MemoryOwner owner, long bytes) {
        MemorySegment memory = OffHeap.allocate(owner, bytes);
        counter(owner).addAndGet(memory.byteSize());
        return memory;
    }

    void free(MemoryOwner owner, MemorySegment memory) {
        counter(owner).addAndGet(-memory.byteSize());
        OffHeap.free(owner, memory);
    }

    /// Of buffered operations: active, frozen, and held by readers of older views.
    long pointBytes() {
        return pointBytes.get();
    }

    /// Of the change history.
    long changeBytes() {
        return changeBytes.get();
    }

    private AtomicLong counter(MemoryOwner owner) {
        return owner == MemoryOwner.PQM ? pointBytes : changeBytes;
    }
}
