package io.distil.daemon.table;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.CommandProvider;
import io.distil.daemon.cli.Group;

import picocli.CommandLine;

import java.util.Map;
import java.util.function.Function;

/// `distil table`: the list of its commands.
public final class TableCommands implements CommandProvider {
    @Override
    public Map<String, Function<CommandContext, Object>> commands() {
        return Map.of("table", TableCommands::of);
    }

    private static CommandLine of(CommandContext context) {
        return Group.of("table", "Creates tables of ordered keys, reads, changes and watches their rows.")
                .addSubcommand("create", new LifeCommands.Create(context))
                .addSubcommand("ls", new LifeCommands.Ls(context))
                .addSubcommand("get", new RowCommands.Get(context))
                .addSubcommand("put", new RowCommands.Put(context))
                .addSubcommand("delete", new RowCommands.Delete(context))
                .addSubcommand("scan", new ScanCommands.Scan(context))
                .addSubcommand("count", new ScanCommands.Count(context))
                .addSubcommand("diff", new ScanCommands.Diff(context))
                .addSubcommand("watch", new WatchCommand(context))
                .addSubcommand("flush", new LifeCommands.Flush(context))
                .addSubcommand("drop", new LifeCommands.Drop(context));
    }
}
