package io.distil.storage.ring;

import io.distil.base.DiskFailed;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Operations submitted by one thread and completed in any order.
///
/// Position, length and memory of every read and write are whole pages of 4,096 bytes (O_DIRECT); memory comes from
/// {@link io.distil.base.memory.OffHeap#allocatePages}. Between submission and completion the memory belongs to the
/// kernel. Short and interrupted operations are continued inside; a completion is whole or a failure.
///
/// At most as many operations as the queue's depth may be in flight; one more is a {@link
/// io.distil.base.BrokenInvariant}. What is submitted reaches the disk with the next {@link #poll} or {@link #await},
/// many operations for one system call; that holds for what a completion submits as well. A completion must not call
/// {@link #poll} or {@link #await}.
public interface DiskQueue extends AutoCloseable {
    /// Receives completions, on the queue's own thread, from inside {@link #poll} and {@link #await}.
    interface Completion {
        /// @param token what the operation was submitted with
        /// @param failure null when all bytes were moved
        void completed(long token, DiskFailed failure);
    }

    /// Pins `memory` for the kernel, so that operations within it need not pin its pages each time. Only an
    /// acceleration: where it is refused, or not known, everything works as before. Comes before the first operation;
    /// the memory may be freed only after the queue is closed.
    default void register(MemorySegment memory) {}

    /// Writes `bytes` bytes from the start of `memory`. With `durable`, the completion says that they survive a power
    /// cut (RWF_DSYNC); the file's size must not change by such a write.
    void write(DiskFile file, long position, MemorySegment memory, long bytes, boolean durable, long token);

    /// Reads `bytes` bytes into `memory`; reading past the end of the file is a failure.
    void read(DiskFile file, long position, MemorySegment memory, long bytes, long token);

    /// Makes everything whose completion was seen before this call durable (fdatasync).
    void sync(DiskFile file, long token);

    int inFlight();

    /// Hands over what has completed, without waiting; submits what is queued.
    ///
    /// @return how many completions
    int poll(Completion completion) throws DiskFailed;

    /// As {@link #poll}, but waits for at least one completion if anything is in flight.
    int await(Completion completion) throws DiskFailed;

    /// Writes and waits for all that is in flight. For set-up and rare paths; nothing else may be in flight.
    default void writeNow(DiskFile file, long position, MemorySegment memory, long bytes, boolean durable)
            throws IOException {
        write(file, position, memory, bytes, durable, 0);
        awaitOne();
    }

    default void readNow(DiskFile file, long position, MemorySegment memory, long bytes) throws IOException {
        read(file, position, memory, bytes, 0);
        awaitOne();
    }

    default void syncNow(DiskFile file) throws IOException {
        sync(file, 0);
        awaitOne();
    }

    private void awaitOne() throws DiskFailed {
        DiskFailed[] failed = new DiskFailed[1];
        while (inFlight() > 0) {
            await((token, failure) -> failed[0] = failure);
        }
        if (failed[0] != null) {
            throw failed[0];
        }
    }

    /// Waits for what is in flight, then gives the queue's resources back. When something is in flight this is for the
    /// owner to call, otherwise for anyone who comes after the owner.
    @Override
    void close();
}
