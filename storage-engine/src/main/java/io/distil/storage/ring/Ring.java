package io.distil.storage.ring;

import io.distil.base.DiskFailed;

import java.lang.foreign.MemorySegment;

/// What a {@link UringQueue} needs of a ring. {@link Uring} is the kernel's; between the two a test can stand and answer as a
/// kernel may and seldom does: short, interrupted, out of memory.
interface Ring extends AutoCloseable {
    /// Makes the rings of a disk's queues.
    @FunctionalInterface
    interface Maker {
        /// @param owned whether one thread alone will use it
        /// @throws DiskFailed naming the step that was refused
        Ring make(int entryCount, boolean owned) throws DiskFailed;
    }

    /// Makes the calling thread the owner, before the first {@link #enter} of an owned ring.
    void enable() throws DiskFailed;

    /// Registers a buffer.
    ///
    /// @return its index, or -errno
    int registerBuffer(MemorySegment memory);

    /// Adds a submission; the caller keeps the count below the ring's size.
    void prepare(
            int operation,
            int file,
            long position,
            long address,
            int bytes,
            int operationFlags,
            long userData,
            int bufferIndex);

    /// Submissions the kernel has not taken yet.
    int queuedCount();

    /// Hands the submissions over, and waits until `minComplete` completions are there.
    ///
    /// @return how many submissions were taken, or -errno
    int enter(int minComplete);

    boolean hasCompletion();

    long completionUserData();

    /// Bytes moved, or -errno.
    int completionResult();

    /// Gives the present completion's entry back to the kernel.
    void consumeCompletion();

    /// Nothing may be in flight.
    @Override
    void close();
}
