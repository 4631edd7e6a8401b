package io.distil.integration;

import io.distil.base.NanoClock;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.integration.nemesis.FaultTest;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// `distil fault-test`: a cluster of real daemons under random faults, and what its clients saw.
@Command(
        name = "fault-test",
        description = "Run a cluster of daemons under random faults, and judge what its clients saw.",
        footer = {
            "",
            "Ends with exit code 0 if all answers have an order and nothing that was acknowledged is lost;",
            "otherwise it says what contradicts, and keeps data and logs."
        })
final class FaultTestCommand implements Callable<Integer> {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final CommandContext context;

    @Option(names = "--minutes", paramLabel = "N", defaultValue = "10", description = "How long; default 10.")
    private int minutes;

    @Option(names = "--seed", paramLabel = "SEED", description = "Of faults and clients; default by the clock.")
    private Long seed;

    @Option(names = "--nodes", paramLabel = "N", defaultValue = "3", description = "How many nodes; default 3.")
    private int nodes;

    @Option(
            names = "--faults",
            split = ",",
            paramLabel = "NAME",
            description = "Only these; default all: kill-leader, pause-leader, bridge, …")
    private List<String> faults;

    @Option(names = "--data", paramLabel = "DIR", description = "An empty directory; default a temporary one.")
    private Path data;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help and exit.")
    private boolean helpAsked;

    FaultTestCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        long ofFaults = seed != null ? seed : NanoClock.SYSTEM.epochNanos() / 1_000_000;
        Path directory = data == null ? Files.createTempDirectory("distil-fault-test") : data;
        PrintStream out = new PrintStream(context.out(), true, StandardCharsets.UTF_8);
        out.println("fault-test: --seed " + ofFaults + ", data and logs in " + directory);
        try {
            new FaultTest(directory, nodes, ofFaults, faults, out::println).run(minutes * MINUTE_NANOS);
            out.println("fault-test: nothing contradicts");
            if (data == null) {
                FaultTest.delete(directory);
            }
            return Distil.DONE;
        } catch (AssertionError e) {
            context.err().println("distil: " + e.getMessage());
            context.err().println("distil: seed " + ofFaults + "; data and logs are kept: " + directory);
            return Distil.FAILED;
        }
    }
}
