package io.distil.daemon.table;

import io.distil.base.Version;
import io.distil.base.api.Mutation;
import io.distil.base.api.Store;
import io.distil.base.api.TableInfo;
import io.distil.daemon.cli.ClientCommand;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Rows;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;

/// `distil table create|ls|flush|drop`: tables as a whole.
final class LifeCommands {
    private LifeCommands() {}

    @Command(name = "create", description = "Creates an empty table.")
    static final class Create extends ClientCommand {
        @Parameters(index = "0", paramLabel = "TABLE", description = "A path-like name of 1 to 255 bytes.")
        private String table;

        Create(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            await(store.submit(new Mutation.CreateTable(table)));
            answer("created table " + table, rows -> rows.text("table", table));
        }
    }

    @Command(name = "ls", description = "Lists tables by name.")
    static final class Ls extends ClientCommand {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "PREFIX",
                description = "Tables whose names start so; else all.")
        private String prefix = "";

        Ls(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            try (Rows rows = rows()) {
                for (TableInfo table : store.tables(prefix)) {
                    rows.text("table", table.name())
                            .version(table.version())
                            .integer("rows", table.rowCount())
                            .time("created", table.createdEpochNanos())
                            .end();
                }
            }
        }
    }

    @Command(name = "flush", description = "Commits what is buffered of a table; does nothing when nothing is.")
    static final class Flush extends ClientCommand {
        @Parameters(index = "0", paramLabel = "TABLE", description = "The table's name.")
        private String table;

        Flush(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            Version version = await(store.submit(new Mutation.FlushTable(table))).version();
            answer("table " + table + " is at version " + version, rows -> rows.version(version));
        }
    }

    @Command(name = "drop", description = "Forgets a table, its rows and all its versions. The name can be used again.")
    static final class Drop extends ClientCommand {
        @Parameters(index = "0", paramLabel = "TABLE", description = "The table's name.")
        private String table;

        Drop(CommandContext context) {
            super(context);
        }

        @Override
        protected void run(Store store) throws IOException {
            await(store.submit(new Mutation.DropTable(table)));
            answer("dropped table " + table, rows -> rows.text("table", table));
        }
    }
}
