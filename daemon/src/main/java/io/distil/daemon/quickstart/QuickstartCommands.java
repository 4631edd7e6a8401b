package io.distil.daemon.quickstart;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.CommandProvider;

import java.util.Map;
import java.util.function.Function;

/// `distil quickstart`.
public final class QuickstartCommands implements CommandProvider {
    @Override
    public Map<String, Function<CommandContext, Object>> commands() {
        return Map.of("quickstart", QuickstartCommand::new);
    }
}
