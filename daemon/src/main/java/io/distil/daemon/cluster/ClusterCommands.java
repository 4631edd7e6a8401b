package io.distil.daemon.cluster;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.CommandProvider;
import io.distil.daemon.cli.Group;

import picocli.CommandLine;

import java.util.Map;
import java.util.function.Function;

/// `distil cluster`: the list of its commands.
public final class ClusterCommands implements CommandProvider {
    @Override
    public Map<String, Function<CommandContext, Object>> commands() {
        return Map.of("cluster", ClusterCommands::of);
    }

    private static CommandLine of(CommandContext context) {
        return Group.of("cluster", "Shows a cluster, changes it, and runs one on this machine.")
                .addSubcommand("status", new StatusCommand(context))
                .addSubcommand("join", new OperationCommands.Join(context))
                .addSubcommand("leave", new OperationCommands.Leave(context))
                .addSubcommand("replace", new OperationCommands.Replace(context))
                .addSubcommand("transfer-leader", new OperationCommands.TransferLeader(context))
                .addSubcommand("create-group", new OperationCommands.CreateGroup(context))
                .addSubcommand("split", new OperationCommands.Split(context))
                .addSubcommand("merge", new OperationCommands.Merge(context))
                .addSubcommand("move", new OperationCommands.Move(context))
                .addSubcommand("rebalance", new OperationCommands.Rebalance(context))
                .addSubcommand("local", LocalCommands.of(context));
    }
}
