package io.distil.replication.backup;

import io.distil.base.BrokenInvariant;

/// How a backup is made.
///
/// @param partBytes a part is ended when it has so many bytes, before compression
/// @param workerCount how many parts are written at once; 1 works on the caller's thread
/// @param flushesFirst commit what is buffered before looking; otherwise the backup shows what was committed last
public record BackupOptions(long partBytes, int workerCount, boolean flushesFirst) {
    public static final BackupOptions DEFAULT = new BackupOptions(64 << 20, 4, true);

    public BackupOptions {
        BrokenInvariant.check(
                partBytes > 0 && workerCount > 0, "parts of " + partBytes + " bytes by " + workerCount + " workers");
    }
}
