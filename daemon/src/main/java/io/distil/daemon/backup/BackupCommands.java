package io.distil.daemon.backup;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.CommandProvider;
import io.distil.daemon.cli.Group;

import picocli.CommandLine;

import java.util.Map;
import java.util.function.Function;

/// `distil backup`: the list of its commands.
public final class BackupCommands implements CommandProvider {
    @Override
    public Map<String, Function<CommandContext, Object>> commands() {
        return Map.of("backup", BackupCommands::of);
    }

    private static CommandLine of(CommandContext context) {
        return Group.of("backup", "Backs tables and streams up into a directory, and restores them.")
                .addSubcommand("create", new CreateCommand(context))
                .addSubcommand("ls", new LsCommand(context))
                .addSubcommand("verify", new VerifyCommand(context))
                .addSubcommand("restore", new RestoreCommand(context));
    }
}
