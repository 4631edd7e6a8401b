/// The disk: the only package that opens files and the only one that makes system calls.
///
/// It promises whole operations: a completion says that all bytes were moved, or names what failed, where and why;
/// short and interrupted operations are continued inside. It promises nothing about what survives a power cut unless a
/// durable write, a sync or a directory sync has completed. It knows no format: what the bytes mean is for the packages
/// above.
///
/// Reading order: {@link io.distil.storage.ring.Disk} (a directory, handed in so that a simulator can own it),
/// {@link io.distil.storage.ring.DiskFile}, {@link io.distil.storage.ring.DiskQueue} (where bytes move),
/// {@link io.distil.storage.ring.Disks} (the door, which chooses one of two implementations by trying).
///
/// ```
/// Disks ──▶ UringProbe ──usable──▶ UringDisk ──▶ UringFile, UringQueue ──▶ Uring (the rings' bytes) ──▶ Linux (calls)
///       └──────────────refused──▶ FileChannelDisk ──▶ FileChannelFile, FileChannelQueue
/// both ──▶ DataDirectory (names, the lock file, directory syncs), Operations (rules that all check in the same words)
/// ```
///
/// The directory holds one file of this package's own: `distil.lock`, the process id in decimal and a line end. It is
/// locked while the directory is open and stays afterwards; its presence means nothing, its lock does.
package io.distil.storage.ring;
