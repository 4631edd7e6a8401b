package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;
import io.distil.base.memory.OffHeap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// The rules of {@link DiskQueue} that every implementation checks in the same words.
final class Operations {
    private static final long PAGE_MASK = OffHeap.PAGE_BYTES - 1;

    private Operations() {}

    /// Position, length and memory must be whole pages, everywhere: code that ran on the page cache runs on O_DIRECT.
    static void checkTransfer(DiskFile file, long position, MemorySegment memory, long bytes) {
        if (position < 0
                || bytes <= 0
                || bytes > memory.byteSize()
                || ((position | bytes | memory.address()) & PAGE_MASK) != 0) {
            throw new BrokenInvariant(
                    "transfer of "
                            + bytes
                            + " bytes at "
                            + position
                            + " in "
                            + file.name()
                            + " with memory of "
                            + memory.byteSize()
                            + " bytes at "
                            + Long.toHexString(memory.address())
                            + "h: position, length and memory must be whole pages of "
                            + OffHeap.PAGE_BYTES
                            + " bytes");
        }
    }

    static void checkRoom(int inFlight, int depth) {
        if (inFlight >= depth) {
            throw new BrokenInvariant("one operation more than the queue's depth of " + depth);
        }
    }

    static DiskFailed asFailure(IOException e) {
        return e instanceof DiskFailed failed ? failed : new DiskFailed(e.toString(), e);
    }
}
