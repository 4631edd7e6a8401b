package io.distil.daemon.table;

import io.distil.base.Version;
import io.distil.base.api.Store;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Rows;
import io.distil.daemon.cli.VersionConverter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.time.Duration;

/// `distil table watch`: every change of a range, in order, as it happens.
@Command(
        name = "watch",
        description = {
            "Prints every change of a range in the order in which it happened, and waits for more; Ctrl-C ends it.",
            "'--since' with the last version under 'through' goes on where a watch ended.",
            "Changes that are too long ago to be known one by one come as the keys that differ, each as it is then."
        })
final class WatchCommand extends TableCommand {
    private static final Duration WAIT = Duration.ofSeconds(1);

    @Mixin private RangeOptions range;

    @Option(
            names = "--since",
            paramLabel = "MAJOR.MINOR",
            order = 4,
            converter = VersionConverter.class,
            description = "From behind this version on; 0 for everything; else from the present version on.")
    private Version since;

    @Option(
            names = "--limit",
            paramLabel = "N",
            order = 5,
            description = "End once this many changes were printed, with the version they belong to.")
    private long limit = Long.MAX_VALUE;

    WatchCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void checkUsage() {
        if (range.wrong() != null) {
            throw wrongUsage(range.wrong());
        }
    }

    @Override
    protected void run(Store store) throws IOException {
        Version from = since != null ? since : presentVersion(store);
        try (TableWatch watch = store.watch(table(), range.range(this::bytes), from);
                Rows rows = rows()) {
            long left = limit;
            while (left > 0) {
                TableWatch.Batch batch = watch.next(WAIT);
                if (batch != null) {
                    for (TableChange change : batch.changes()) {
                        change(rows.text("through", batch.through().toString()), change).end();
                        left--;
                    }
                    rows.flush();
                }
            }
        }
    }

    private Version presentVersion(Store store) throws IOException {
        try (var snapshot = store.tableSnapshot(table(), VersionSelector.LATEST)) {
            return snapshot.version();
        }
    }
}
