package io.distil.daemon.server;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.Rows;
import io.distil.replication.log.LogInspection;
import io.distil.replication.tablet.StoreInspection;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;
import io.distil.storage.segment.SegmentSummary;
import io.distil.storage.store.Checkpoint;
import io.distil.storage.store.InspectionReport;
import io.distil.storage.tree.TreeShape;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;

/// `distil inspect`: says what is in a data directory and whether it is sound.
@Command(
        name = "inspect",
        description = "Read every block of a data directory and say whether it is sound.",
        footer = {
            "",
            "Changes nothing but the name in the lock file; refused while a daemon has the directory open.",
            "Exit code 0 if the store is sound, 1 if anything is damaged."
        })
final class InspectCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "DIR", description = "The store's directory.")
    private Path directory;

    @Option(names = "--json", description = "Answer with one JSON object.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help and exit.")
    private boolean helpAsked;

    InspectCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws IOException {
        // Opening a disk makes its directory and its lock: not where nothing of ours is.
        if (!Files.exists(directory.resolve("distil.store")) && !Files.isDirectory(directory.resolve("segments"))) {
            throw new Refused(ErrorCode.FORMAT_UNKNOWN, "there is no store in " + directory);
        }
        StoreInspection.Report report;
        try (Disk disk = Disks.open(directory, DiskChoice.FILE_CHANNEL)) {
            report = StoreInspection.inspect(disk, TreeShape.DEFAULT);
        }
        if (json) {
            printJson(report);
        } else {
            PrintStream out = new PrintStream(context.out(), false, StandardCharsets.UTF_8);
            report.print(out);
            out.flush();
        }
        return report.isSound() ? Distil.DONE : Distil.FAILED;
    }

    private void printJson(StoreInspection.Report report) throws IOException {
        InspectionReport store = report.store();
        try (Rows row = Rows.fields(context.out(), true)) {
            row.text("state", report.isSound() ? "sound" : "damaged");
            row.list("damage", store.damage());
            store.storeId().ifPresentOrElse(id -> row.text("store", id.toString()), () -> row.absent("store"));
            checkpoint(row, "checkpoint", store, Checkpoint::sequence);
            checkpoint(row, "appliedThrough", store, Checkpoint::appliedThrough);
            checkpoint(row, "replayFrom", store, Checkpoint::replayFrom);
            row.integer("streams", report.streamCount());
            row.integer("points", report.pointCount());
            row.integer("segments", store.segments().size());
            row.integer("segmentBytes", sum(store, SegmentSummary::fileBytes));
            row.integer("blocks", sum(store, SegmentSummary::blockCount));
            row.integer("bodyBytes", sum(store, SegmentSummary::bodyBytes));
            Map<String, String> tables = new LinkedHashMap<>();
            store.tables().forEach(table -> tables.put(table.name(), Long.toString(table.entryCount())));
            row.texts("tables", tables);
            row.integer("logFirst", report.log().map(LogInspection.Report::firstPosition).orElse(0L));
            row.integer("logLast", report.log().map(LogInspection.Report::lastPosition).orElse(0L));
            row.end();
        }
    }

    private static void checkpoint(Rows row, String name, InspectionReport store, ToLongFunction<Checkpoint> field) {
        store.checkpoint().ifPresentOrElse(c -> row.integer(name, field.applyAsLong(c)), () -> row.absent(name));
    }

    private static long sum(InspectionReport store, ToLongFunction<SegmentSummary> field) {
        return store.segments().stream().mapToLong(field).sum();
    }
}
