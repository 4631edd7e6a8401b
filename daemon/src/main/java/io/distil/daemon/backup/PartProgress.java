package io.distil.daemon.backup;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Progress;
import io.distil.replication.backup.BackupPart;

import java.util.function.Consumer;

/// Shows how far a backup is, told of its parts by many threads.
final class PartProgress implements Consumer<BackupPart> {
    private final Progress progress;
    private long bytes;
    private long rows;

    /// @param bytesTotal 0 if it is not known
    PartProgress(CommandContext context, long bytesTotal) {
        this.progress = new Progress(context, "rows", bytesTotal);
    }

    @Override
    public synchronized void accept(BackupPart part) {
        bytes += part.bytes();
        rows += part.rowCount();
        progress.update(bytes, rows);
    }

    /// Removes the bar and says what was done.
    synchronized String finish() {
        return progress.finish(rows);
    }

    synchronized void erase() {
        progress.erase();
    }
}
