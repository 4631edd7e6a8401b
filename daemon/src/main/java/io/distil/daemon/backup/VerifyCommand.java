package io.distil.daemon.backup;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.Rows;
import io.distil.replication.backup.Backup;
import io.distil.replication.backup.BackupManifest;
import io.distil.replication.backup.BackupOptions;
import io.distil.storage.ring.Disk;

import picocli.CommandLine.Command;

import java.io.IOException;
import java.util.List;

/// `distil backup verify`.
@Command(
        name = "verify",
        description = "Reads a whole backup and checks it.",
        footer = {"", "Exit code 0 if it is sound, 1 if anything is damaged; then one line for each damaged part."})
final class VerifyCommand extends DirectoryCommand {
    VerifyCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected int run(Disk disk) throws IOException {
        BackupManifest manifest = Backup.read(disk);
        PartProgress progress = new PartProgress(context(), manifest.bytes());
        List<String> damage;
        try {
            damage = Backup.verify(disk, BackupOptions.DEFAULT.workerCount(), progress);
        } finally {
            progress.erase();
        }
        damage.forEach(sentence -> context().err().println("distil: " + sentence));
        try (Rows rows = rows()) {
            rows.text("backup", manifest.id().toString())
                    .time("created", manifest.createdEpochNanos())
                    .integer("items", manifest.items().size())
                    .integer("parts", manifest.parts().size())
                    .integer("rows", manifest.rowCount())
                    .integer("bytes", manifest.bytes())
                    .text("state", damage.isEmpty() ? "sound" : "damaged")
                    .end();
        }
        return damage.isEmpty() ? Distil.DONE : Distil.FAILED;
    }
}
