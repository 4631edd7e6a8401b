package io.distil.storage.ring;

import io.distil.base.DiskFailed;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// Finds out by trying whether io_uring and O_DIRECT work under a directory. Kernels without them, containers that
/// filter the calls and file systems that refuse O_DIRECT are told apart by what they answer, not by their version.
///
/// @param isUsable true if a page went to the disk and came back
/// @param findings how it is used, or why it is not
record UringProbe(boolean isUsable, String findings) {
    private static final String PROBE_NAME = "distil.probe";

    /// As much as a segment writer registers; RLIMIT_MEMLOCK is often 8 MiB, or 64 KiB in older containers.
    private static final long REGISTERED_BYTES = 2 << 20;

    static UringProbe of(DataDirectory directory) throws IOException {
        if (Linux.unavailable() != null) {
            return new UringProbe(false, Linux.unavailable());
        }
        MemorySegment memory = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, REGISTERED_BYTES);
        try (UringQueue queue = new UringQueue(new Uring(1, true), 1, UringQueue.TRANSFER_BYTES_MAX)) {
            queue.register(memory);
            return tryFile(directory.path().resolve(PROBE_NAME), queue, memory);
        } catch (DiskFailed e) {
            return new UringProbe(false, e.getMessage());
        } finally {
            OffHeap.free(MemoryOwner.DISK_BUFFERS, memory);
        }
    }

    private static UringProbe tryFile(Path path, UringQueue queue, MemorySegment memory) throws IOException {
        Files.deleteIfExists(path);
        try (UringFile file = UringFile.open(PROBE_NAME, path, Disk.OpenMode.CREATE)) {
            queue.writeNow(file, 0, memory, OffHeap.PAGE_BYTES, false);
            queue.readNow(file, 0, memory, OffHeap.PAGE_BYTES);
        } catch (DiskFailed e) {
            // A full disk has accepted the way in: reads must go on there.
            if (!e.isFull()) {
                return new UringProbe(false, "the file system refuses O_DIRECT: " + e.getMessage());
            }
        } finally {
            Files.deleteIfExists(path);
        }
        return new UringProbe(
                true,
                queue.isRegistrationRefused()
                        ? "io_uring (O_DIRECT; buffers not registered, raise RLIMIT_MEMLOCK to have that)"
                        : "io_uring (O_DIRECT, registered buffers)");
    }
}
