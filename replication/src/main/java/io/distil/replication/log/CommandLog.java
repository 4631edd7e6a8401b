package io.distil.replication.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// The order of all mutations, made durable. Positions number the entries 1, 2, 3, …; one owner thread.
///
/// An entry is claimed, filled in place and published; published entries are made durable in groups, and handed to
/// {@link EntryHandler} in order once they are. Only then may anything be acknowledged.
public interface CommandLog extends AutoCloseable {
    /// Receives entries in order.
    interface EntryHandler {
        /// @param entry valid only during the call
        void entry(long position, MemorySegment entry) throws IOException;
    }

    /// Memory for an entry of `bytes` bytes, or null while there is no room: {@link #await} makes some.
    ///
    /// @throws io.distil.base.DiskFailed if no segment can be had ({@link io.distil.base.DiskFailed#isFull}: try later) or
    ///     the log has failed for good
    MemorySegment claim(int bytes) throws IOException;

    /// Ends the claim.
    ///
    /// @return the entry's position
    long publish();

    /// Starts writing what is published unless a write is under way, and hands over what has become durable.
    ///
    /// @return how many entries were handed over
    int poll(EntryHandler durable) throws IOException;

    /// As {@link #poll}, but waits for the write that is under way.
    int await(EntryHandler durable) throws IOException;

    /// True if nothing is published that was not handed over.
    boolean isIdle();

    /// The position of the next entry to be published.
    long nextPosition();

    /// Says that entries before `position` will never be replayed again; their space is used anew.
    void release(long position) throws IOException;

    /// Bytes written since the log was opened.
    long writtenBytes();

    /// Bytes of log that would have to be replayed after a crash now.
    long retainedBytes();

    @Override
    void close() throws IOException;
}
