package io.distil.daemon.server;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.CommandProvider;

import java.util.Map;
import java.util.function.Function;

/// `distil server` and `distil inspect`: what needs the store itself.
public final class ServerCommands implements CommandProvider {
    @Override
    public Map<String, Function<CommandContext, Object>> commands() {
        return Map.of("server", ServerCommand::new, "inspect", InspectCommand::new);
    }
}
