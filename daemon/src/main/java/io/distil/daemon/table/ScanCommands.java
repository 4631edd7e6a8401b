package io.distil.daemon.table;

import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.Store;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Rows;
import io.distil.daemon.cli.VersionConverter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// `distil table scan|count|diff`: questions about a range of keys.
final class ScanCommands {
    private static final int PAGE_ROWS = 1000;

    private ScanCommands() {}

    /// A question about a range at one version.
    private abstract static class RangeCommand extends TableCommand {
        @Mixin private RangeOptions range;

        RangeCommand(CommandContext context) {
            super(context);
        }

        /// The version asked for, or null for the present one.
        protected abstract Version at();

        protected abstract void run(TableSnapshot snapshot, KeyRange keys) throws IOException;

        @Override
        protected void checkUsage() {
            if (range.wrong() != null) {
                throw wrongUsage(range.wrong());
            }
        }

        @Override
        protected final void run(Store store) throws IOException {
            VersionSelector version = at() == null ? VersionSelector.LATEST : VersionSelector.at(at());
            KeyRange keys = range.range(this::bytes);
            try (TableSnapshot snapshot = store.tableSnapshot(table(), version)) {
                run(snapshot, keys);
            }
        }
    }

    @Command(name = "scan", description = "Prints the rows of a range, by key.")
    static final class Scan extends RangeCommand {
        @Option(names = "--limit", paramLabel = "N", order = 4, description = "Stop after this many rows.")
        private long limit = Long.MAX_VALUE;

        @Option(names = "--reverse", order = 5, description = "From the last key to the first.")
        private boolean reverse;

        @Option(
                names = "--at",
                paramLabel = "MAJOR[.MINOR]",
                order = 6,
                converter = VersionConverter.class,
                description = "An earlier version of the table; else the present one.")
        private Version at;

        Scan(CommandContext context) {
            super(context);
        }

        @Override
        protected Version at() {
            return at;
        }

        @Override
        protected void run(TableSnapshot snapshot, KeyRange keys) throws IOException {
            try (TableCursor<TableRow> cursor = snapshot.scan(keys, reverse);
                    Rows rows = rows()) {
                long left = limit;
                while (left > 0) {
                    List<TableRow> page = cursor.next((int) Math.min(left, PAGE_ROWS));
                    if (page.isEmpty()) {
                        return;
                    }
                    for (TableRow row : page) {
                        value(key(rows, row.key()).version(row.version()), Optional.of(row.value())).end();
                    }
                    left -= page.size();
                }
            }
        }
    }

    @Command(name = "count", description = "Counts the rows of a range, without reading them.")
    static final class Count extends RangeCommand {
        @Option(
                names = "--at",
                paramLabel = "MAJOR[.MINOR]",
                order = 6,
                converter = VersionConverter.class,
                description = "An earlier version of the table; else the present one.")
        private Version at;

        Count(CommandContext context) {
            super(context);
        }

        @Override
        protected Version at() {
            return at;
        }

        @Override
        protected void run(TableSnapshot snapshot, KeyRange keys) throws IOException {
            long count = snapshot.count(keys);
            answer(Long.toString(count), rows -> rows.integer("count", count).version(snapshot.version()));
        }
    }

    @Command(
            name = "diff",
            description = "Prints the keys whose rows differ between two versions, each as it is at the later one.")
    static final class Diff extends RangeCommand {
        @Parameters(
                index = "1",
                paramLabel = "SINCE",
                converter = VersionConverter.class,
                description = "The earlier version.")
        private Version since;

        @Parameters(
                index = "2",
                arity = "0..1",
                paramLabel = "VERSION",
                converter = VersionConverter.class,
                description = "The later one; else the present one.")
        private Version until;

        Diff(CommandContext context) {
            super(context);
        }

        @Override
        protected Version at() {
            return until;
        }

        @Override
        protected void run(TableSnapshot snapshot, KeyRange keys) throws IOException {
            try (TableCursor<TableChange> cursor = snapshot.changesSince(since, keys);
                    Rows rows = rows()) {
                for (var page = cursor.next(PAGE_ROWS); !page.isEmpty(); page = cursor.next(PAGE_ROWS)) {
                    for (TableChange change : page) {
                        change(rows, change).end();
                    }
                }
            }
        }
    }
}
