package io.distil.storage.ring;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.io.IOException;
import java.nio.file.Path;

/// Opens the disk under a directory: the door of this package.
public final class Disks {
    private Disks() {}

    /// Creates the directory where missing, locks it against other processes, and chooses a path to the disk by trying
    /// it.
    ///
    /// @throws Refused `DATA_DIRECTORY_IN_USE` if another process, or this one, has it open; `INVALID_ARGUMENT` if
    ///     io_uring was demanded and is not to be had
    public static Disk open(Path path, DiskChoice choice) throws IOException {
        DataDirectory directory = DataDirectory.open(path);
        try {
            return open(directory, choice);
        } catch (IOException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private static Disk open(DataDirectory directory, DiskChoice choice) throws IOException {
        if (choice == DiskChoice.FILE_CHANNEL) {
            return new FileChannelDisk(directory, "file channel: as configured");
        }
        UringProbe probe = UringProbe.of(directory);
        if (probe.isUsable()) {
            return new UringDisk(directory, probe.findings(), Uring::new, UringQueue.TRANSFER_BYTES_MAX);
        }
        if (choice == DiskChoice.IO_URING) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "io_uring is demanded for " + directory.path() + ", but " + probe.findings());
        }
        return new FileChannelDisk(directory, "file channel: " + probe.findings());
    }
}
