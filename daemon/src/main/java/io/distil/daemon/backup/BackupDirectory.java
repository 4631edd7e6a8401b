package io.distil.daemon.backup;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Opens the directory of a backup.
final class BackupDirectory {
    private BackupDirectory() {}

    /// A new directory, or one in which a backup was begun.
    static Disk forWriting(Path directory) throws IOException {
        if (Files.exists(directory.resolve("distil.store"))) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT, directory + " is the data directory of a daemon; choose another");
        }
        return Disks.open(directory, DiskChoice.AUTO);
    }

    /// One that is there: opening a disk makes its directory and its lock, but not where nothing of ours is.
    static Disk forReading(Path directory) throws IOException {
        if (!Files.exists(directory.resolve("manifest")) && !Files.exists(directory.resolve("plan"))) {
            throw new Refused(ErrorCode.FORMAT_UNKNOWN, "there is no backup in " + directory);
        }
        return Disks.open(directory, DiskChoice.AUTO);
    }
}
