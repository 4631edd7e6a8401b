package io.distil.daemon.table;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Store;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.DurabilityConverter;
import io.distil.daemon.cli.Rows;
import io.distil.daemon.cli.VersionConverter;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `distil table get|put|delete`: rows by their keys.
final class RowCommands {
    private RowCommands() {}

    @Command(
            name = "get",
            description = "Prints the value of a key, or the rows of several keys; exit code 1 if one is not there.")
    static final class Get extends TableCommand {
        @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY", description = "The keys, of one version.")
        private List<String> keys;

        @Option(
                names = "--at",
                paramLabel = "MAJOR[.MINOR]",
                order = 1,
                converter = VersionConverter.class,
                description = "An earlier version of the table; else the present one.")
        private Version at;

        @Option(names = "--raw", order = 2, description = "The bytes of the value and nothing else.")
        private boolean raw;

        Get(CommandContext context) {
            super(context);
        }

        @Override
        protected void checkUsage() {
            if (raw && (isJson() || keys.size() > 1)) {
                throw wrongUsage("--raw is for one key, and goes without --json");
            }
        }

        @Override
        protected void run(Store store) throws IOException {
            List<TableRow> found = new ArrayList<>();
            try (TableSnapshot snapshot =
                    store.tableSnapshot(table(), at == null ? VersionSelector.LATEST : VersionSelector.at(at))) {
                for (String key : keys) {
                    found.add(row(snapshot, bytes("KEY", key)));
                }
            }
            if (raw || !isJson() && found.size() == 1) {
                byte[] value = found.getFirst().value();
                context().out().write(raw ? value : (shown(value) + "\n").getBytes(StandardCharsets.UTF_8));
                return;
            }
            try (Rows rows = rows()) {
                for (TableRow row : found) {
                    value(key(rows, row.key()).version(row.version()), Optional.of(row.value())).end();
                }
            }
        }

        private TableRow row(TableSnapshot snapshot, byte[] key) throws IOException {
            return snapshot.get(key)
                    .orElseThrow(() ->
                            new Refused(
                                    ErrorCode.INVALID_ARGUMENT,
                                    "table "
                                            + table()
                                            + " has no key "
                                            + shown(key)
                                            + " at version "
                                            + snapshot.version()));
        }
    }

    /// What must be true of every key of a write, or nothing of it is done.
    private static final class ConditionOptions {
        @Option(names = "--if-absent", order = 10, description = "Only if the key is not there.")
        private boolean ifAbsent;

        @Option(names = "--if-present", order = 11, description = "Only if the key is there.")
        private boolean ifPresent;

        @Option(
                names = "--if-version",
                paramLabel = "MAJOR.MINOR",
                order = 12,
                converter = VersionConverter.class,
                description = "Only if the row was last written at this version.")
        private Version ifVersion;

        @Option(names = "--if-value", paramLabel = "VALUE", order = 13, description = "Only if it has this value now.")
        private String ifValue;
    }

    /// Writes rows in one step.
    private abstract static class WriteCommand extends TableCommand {
        @ArgGroup private ConditionOptions conditions = new ConditionOptions();

        @Option(
                names = "--durability",
                paramLabel = "LEVEL",
                order = 20,
                converter = DurabilityConverter.class,
                description = DurabilityConverter.DESCRIPTION)
        private Durability durability = Durability.MAJORITY;

        WriteCommand(CommandContext context) {
            super(context);
        }

        protected final KeyWrite.Condition condition() {
            if (conditions.ifAbsent) {
                return KeyWrite.ABSENT;
            }
            if (conditions.ifPresent) {
                return KeyWrite.PRESENT;
            }
            if (conditions.ifVersion != null) {
                return new KeyWrite.Condition.WrittenAt(conditions.ifVersion);
            }
            return conditions.ifValue == null
                    ? KeyWrite.ALWAYS
                    : new KeyWrite.Condition.ValueIs(bytes("option '--if-value'", conditions.ifValue));
        }

        /// @param done what was done, as a sentence goes on: `put 2 rows into fruit`
        protected final void write(Store store, List<KeyWrite> writes, String done) throws IOException {
            Outcome outcome = await(store.submit(new Mutation.WriteTable(table(), writes), WriteTag.NONE, durability));
            answer(
                    done + (durability.isLeader() ? ", on the leader's disk" : ", now at version " + outcome.version()),
                    rows -> outcome(rows, outcome));
        }

        /// A write that is not applied yet has a place in the log, and no version.
        private void outcome(Rows rows, Outcome outcome) {
            if (!durability.isLeader()) {
                rows.version(outcome.version());
            }
            rows.integer("group", outcome.logged().group())
                    .integer("term", outcome.logged().term())
                    .integer("position", outcome.logged().position());
        }
    }

    @Command(
            name = "put",
            description = {
                "Sets rows, all or none of them. A pair is split at its first '='.",
                "With --from there is one KEY without '=', and the value is the file's bytes."
            })
    static final class Put extends WriteCommand {
        private static final String STANDARD_INPUT = "-";

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY=VALUE", description = "The rows.")
        private List<String> pairs;

        @Option(names = "--from", paramLabel = "FILE", order = 1, description = "The value; - is standard input.")
        private String from;

        Put(CommandContext context) {
            super(context);
        }

        @Override
        protected void checkUsage() {
            if (from != null) {
                if (pairs.size() > 1) {
                    throw wrongUsage("--from is for one KEY");
                }
                return;
            }
            for (String pair : pairs) {
                if (pair.indexOf('=') < 0) {
                    throw wrongUsage("'" + pair + "' is not KEY=VALUE");
                }
            }
        }

        @Override
        protected void run(Store store) throws IOException {
            List<KeyWrite> writes = new ArrayList<>();
            if (from != null) {
                writes.add(new KeyWrite(bytes("KEY", pairs.getFirst()), condition(), Optional.of(file())));
            } else {
                for (String pair : pairs) {
                    int split = pair.indexOf('=');
                    byte[] value = bytes("the value of " + pair, pair.substring(split + 1));
                    writes.add(
                            new KeyWrite(
                                    bytes("the key of " + pair, pair.substring(0, split)),
                                    condition(),
                                    Optional.of(value)));
                }
            }
            write(store, writes, "put " + rows(writes.size()) + " into " + table());
        }

        /// One byte more than a value may have is enough to be refused.
        private byte[] file() throws IOException {
            if (from.equals(STANDARD_INPUT)) {
                return context().in().readNBytes(KeyWrite.VALUE_BYTES_MAX + 1);
            }
            try (var in = Files.newInputStream(Path.of(from))) {
                return in.readNBytes(KeyWrite.VALUE_BYTES_MAX + 1);
            }
        }
    }

    @Command(name = "delete", description = "Removes rows, all or none of them; one that is not there is no error.")
    static final class Delete extends WriteCommand {
        @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY", description = "Their keys.")
        private List<String> keys;

        Delete(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            List<KeyWrite> writes =
                    keys.stream().map(key -> new KeyWrite(bytes("KEY", key), condition(), Optional.empty())).toList();
            write(
                    store,
                    writes,
                    "deleted " + (writes.size() == 1 ? "1 key" : writes.size() + " keys") + " from " + table());
        }
    }
}
