package io.distil.daemon.backup;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.Rows;
import io.distil.replication.backup.Backup;
import io.distil.replication.backup.BackupItem;
import io.distil.storage.ring.Disk;

import picocli.CommandLine.Command;

import java.io.IOException;

/// `distil backup ls`.
@Command(name = "ls", description = "Lists what is in a backup, each with its version.")
final class LsCommand extends DirectoryCommand {
    LsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected int run(Disk disk) throws IOException {
        try (Rows rows = rows()) {
            for (BackupItem item : Backup.read(disk).items()) {
                switch (item) {
                    case BackupItem.OfTable table ->
                            rows.text("kind", "table").text("name", table.table()).absent("uuid");
                    case BackupItem.OfStream stream ->
                            rows.text("kind", "stream")
                                    .text("name", stream.descriptor().path())
                                    .text("uuid", stream.descriptor().id().toString());
                }
                rows.version(item.version()).end();
            }
        }
        return Distil.DONE;
    }
}
