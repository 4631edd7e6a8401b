package io.distil.replication.node;

import io.distil.storage.ring.Disk;

import java.io.File;
import java.io.IOException;

/// A node's data directory, as its owner hands it out.
public interface NodeDirectory {
    /// Opens the directory `path` below the data directory, created where missing; empty for the data directory itself. The
    /// disk belongs to the caller.
    Disk open(String path) throws IOException;

    /// The same directory for Ratis, which has files of its own.
    File file(String path);

    /// Whether the replica of a store lies in `path`.
    boolean hasStore(String path);

    /// Deletes the replica of a store that lies in `path`, and nothing else there.
    void deleteStore(String path) throws IOException;
}
