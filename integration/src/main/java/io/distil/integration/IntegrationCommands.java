package io.distil.integration;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.CommandProvider;

import java.util.Map;
import java.util.function.Function;

/// The commands of this module.
public final class IntegrationCommands implements CommandProvider {
    @Override
    public Map<String, Function<CommandContext, Object>> commands() {
        return Map.of(
                "simulate",
                SimulateCommand::new,
                "crash-test",
                CrashTestCommand::new,
                "fault-test",
                FaultTestCommand::new);
    }
}
