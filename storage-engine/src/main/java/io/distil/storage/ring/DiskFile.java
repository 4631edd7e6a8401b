package io.distil.storage.ring;

import java.io.IOException;

/// An open file. Bytes are moved through a {@link DiskQueue}; any queue of the same disk will do.
public interface DiskFile extends AutoCloseable {
    String name();

    long size() throws IOException;

    /// Cuts or extends the file; what is added reads as zeros.
    void truncate(long bytes) throws IOException;

    /// Closes the file; nothing may be in flight on it.
    @Override
    void close() throws IOException;
}
