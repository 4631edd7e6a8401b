package io.distil.daemon.backup;

import io.distil.base.api.Store;
import io.distil.daemon.cli.ClientCommand;
import io.distil.daemon.cli.CommandContext;
import io.distil.replication.backup.Backup;
import io.distil.replication.backup.BackupManifest;
import io.distil.replication.backup.Restore;
import io.distil.replication.backup.RestoreOptions;
import io.distil.storage.ring.Disk;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// `distil backup restore`.
@Command(
        name = "restore",
        description = "Brings a backup back into a store, empty or in use.",
        footer = {
            "",
            "Nothing that is there is overwritten. An interrupted restoration goes on when it is begun again."
        })
final class RestoreCommand extends ClientCommand {
    private static final int WORKERS_MAX = 256;

    @Parameters(index = "0", paramLabel = "DIR", description = "The backup's directory.")
    private Path directory;

    @Option(
            names = "--rename",
            paramLabel = "FROM=TO",
            description = "Prefix of tables and collections, and what takes its place; may be repeated.")
    private Map<String, String> renames = new LinkedHashMap<>();

    @Option(names = "--new-ids", description = "Give streams new UUIDs, so that they can live beside the originals.")
    private boolean newIds;

    @Option(names = "--workers", paramLabel = "N", description = "Parts read at once (default: ${DEFAULT-VALUE}).")
    private int workers = RestoreOptions.DEFAULT.workerCount();

    RestoreCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void checkUsage() {
        if (workers < 1 || workers > WORKERS_MAX) {
            throw wrongUsage("--workers is 1 to " + WORKERS_MAX);
        }
    }

    @Override
    protected void run(Store store) throws IOException {
        try (Disk disk = BackupDirectory.forReading(directory)) {
            BackupManifest manifest = Backup.read(disk);
            PartProgress progress = new PartProgress(context(), manifest.bytes());
            try {
                Restore.run(store, disk, new RestoreOptions(renames, newIds, workers), progress);
            } finally {
                progress.erase();
            }
            answer(
                    "restored " + manifest.items().size() + " items, " + progress.finish(),
                    rows ->
                            rows.text("id", manifest.id().toString())
                                    .integer("items", manifest.items().size())
                                    .integer("rows", manifest.rowCount()));
        }
    }
}
