package io.distil.storage.ring;

import io.distil.base.DiskFailed;

import java.io.IOException;
import java.util.List;

/// A directory on a disk: the only way the rest of the engine touches files. Handed in, so that a simulator can own it.
///
/// Names are relative to the directory and use `/`. Creating, renaming and deleting survive a crash only after {@link
/// #syncDirectory}; a file's size and bytes only after a sync of the file. Safe for use by many threads; queues are
/// not.
public interface Disk extends AutoCloseable {
    /// How to open a file.
    enum OpenMode {
        /// Must exist.
        READ,
        /// Must exist.
        WRITE,
        /// Must not exist.
        CREATE
    }

    /// For people: which path to the disk was chosen, and why when it is not the first choice.
    String description();

    /// A submission queue owned by the thread that first uses it, which need not be the one that opens it.
    ///
    /// @param depth the most operations in flight, at least 1
    DiskQueue openQueue(int depth) throws DiskFailed;

    /// A queue that threads may pass on to one another, one at a time, each handing over safely. Costs a little more
    /// per operation than {@link #openQueue}.
    default DiskQueue openSharedQueue(int depth) throws DiskFailed {
        return openQueue(depth);
    }

    /// Opens a file.
    ///
    /// @throws java.nio.file.NoSuchFileException if it must exist and does not
    /// @throws java.nio.file.FileAlreadyExistsException if it must not exist and does
    DiskFile open(String name, OpenMode mode) throws IOException;

    boolean exists(String name) throws IOException;

    /// Names of the files in a directory (`""` is the root), without their directory, ascending; empty if it does not
    /// exist.
    List<String> list(String directory) throws IOException;

    /// Names of the directories in a directory, without their path, ascending; empty if it does not exist.
    List<String> directories(String directory) throws IOException;

    /// Creates a directory and its parents where missing. They survive a crash once this has returned.
    void createDirectories(String directory) throws IOException;

    /// Deletes a directory if it is there. It must be empty, and may be there again after a crash.
    void deleteDirectory(String directory) throws IOException;

    /// A directory of this disk as a disk of its own, created where missing. Closing it closes nothing.
    default Disk directory(String directory) throws IOException {
        createDirectories(directory);
        return new DiskDirectory(this, directory);
    }

    void delete(String name) throws IOException;

    /// Renames within this disk, replacing the target in one step.
    void rename(String from, String to) throws IOException;

    void syncDirectory(String directory) throws IOException;

    /// Bytes that can still be written, as the file system sees it.
    long freeBytes() throws IOException;

    @Override
    void close() throws IOException;
}
