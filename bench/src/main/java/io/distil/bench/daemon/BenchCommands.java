package io.distil.bench.daemon;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.CommandProvider;
import io.distil.daemon.cli.Group;

import picocli.CommandLine;

import java.util.Map;
import java.util.function.Function;

/// The commands of this module.
public final class BenchCommands implements CommandProvider {
    @Override
    public Map<String, Function<CommandContext, Object>> commands() {
        return Map.of("bench", BenchCommands::of);
    }

    private static CommandLine of(CommandContext context) {
        return Group.of("bench", "Measure a daemon beside its disk.")
                .addSubcommand("ingest", new IngestBench(context))
                .addSubcommand("windows", new WindowsBench(context))
                .addSubcommand("scan", new ScanBench(context))
                .addSubcommand("replication", new ReplicationBench(context));
    }
}
