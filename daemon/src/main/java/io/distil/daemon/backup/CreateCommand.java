package io.distil.daemon.backup;

import io.distil.base.StreamId;
import io.distil.base.api.Store;
import io.distil.daemon.cli.ClientCommand;
import io.distil.daemon.cli.CommandContext;
import io.distil.replication.backup.Backup;
import io.distil.replication.backup.BackupManifest;
import io.distil.replication.backup.BackupOptions;
import io.distil.replication.backup.BackupSelection;
import io.distil.storage.ring.Disk;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// `distil backup create`.
@Command(
        name = "create",
        description = "Backs tables and streams up, each at the version it has now.",
        footer = {
            "",
            "An interrupted backup goes on when it is created again in the same directory.",
            "With --consistency stale:MS, rows and points are read from any replica."
        })
final class CreateCommand extends ClientCommand {
    private static final int PART_MIB_MAX = 1 << 20;
    private static final int WORKERS_MAX = 256;

    @Parameters(index = "0", paramLabel = "DIR", description = "A new directory, or that of an interrupted backup.")
    private Path directory;

    @Option(names = "--table", paramLabel = "PREFIX", description = "Tables whose names start so; may be repeated.")
    private List<String> tables = new ArrayList<>();

    @Option(
            names = "--collection",
            paramLabel = "PREFIX",
            description = "Streams whose collections start so; may be repeated.")
    private List<String> collections = new ArrayList<>();

    @Option(
            names = "--stream",
            paramLabel = "STREAM",
            description = "COLLECTION/NAME or a UUID; may be repeated. Without any of these three: everything.")
    private List<String> streams = new ArrayList<>();

    @Option(names = "--part-mib", paramLabel = "N", description = "Size of a part (default: ${DEFAULT-VALUE}).")
    private int partMiB = (int) (BackupOptions.DEFAULT.partBytes() >> 20);

    @Option(names = "--workers", paramLabel = "N", description = "Parts written at once (default: ${DEFAULT-VALUE}).")
    private int workers = BackupOptions.DEFAULT.workerCount();

    @Option(names = "--no-flush", description = "Take what was committed last instead of committing what is buffered.")
    private boolean noFlush;

    CreateCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void checkUsage() {
        if (partMiB < 1 || partMiB > PART_MIB_MAX || workers < 1 || workers > WORKERS_MAX) {
            throw wrongUsage("--part-mib is 1 to " + PART_MIB_MAX + ", --workers 1 to " + WORKERS_MAX);
        }
    }

    @Override
    protected void run(Store store) throws IOException {
        List<StreamId> ids = new ArrayList<>();
        for (String name : streams) {
            ids.add(stream(store, name).descriptor().id());
        }
        boolean isEverything = tables.isEmpty() && collections.isEmpty() && ids.isEmpty();
        BackupSelection selection =
                isEverything ? BackupSelection.EVERYTHING : new BackupSelection(tables, ids, collections);
        BackupOptions options = new BackupOptions((long) partMiB << 20, workers, !noFlush);
        PartProgress progress = new PartProgress(context(), 0);
        BackupManifest manifest;
        try (Disk disk = BackupDirectory.forWriting(directory)) {
            manifest = Backup.make(store, disk, selection, options, context().clock(), UUID.randomUUID(), progress);
        } finally {
            progress.erase();
        }
        answer(
                "backed up %d items, %s, in %d parts of %d bytes"
                        .formatted(
                                manifest.items().size(), progress.finish(), manifest.parts().size(), manifest.bytes()),
                rows ->
                        rows.text("id", manifest.id().toString())
                                .integer("items", manifest.items().size())
                                .integer("parts", manifest.parts().size())
                                .integer("rows", manifest.rowCount())
                                .integer("bytes", manifest.bytes()));
    }
}
