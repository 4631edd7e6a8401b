package io.distil.storage.ring;

/// Which path to the disk to take.
public enum DiskChoice {
    /// io_uring where the kernel, the container and the file system allow it, else the file channel.
    AUTO,
    /// io_uring, or a refusal that says why not.
    IO_URING,
    /// Java's file channels through the page cache, on any system.
    FILE_CHANNEL
}
