package io.distil.integration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.integration.simulation.Simulation;

import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/// `distil simulate`: many seeds of the simulator, or one again.
@Command(
        name = "simulate",
        description = "Run the storage of a node on a simulated disk with power cuts, against a model.")
final class SimulateCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "1000", description = "How many seeds; default 1000.")
    private int seedCount;

    @Option(names = "--first", paramLabel = "SEED", description = "The first of them; default by the clock.")
    private Long first;

    @Option(names = "--seed", paramLabel = "SEED", description = "Replay this one only.")
    private Long only;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help and exit.")
    private boolean helpAsked;

    SimulateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        // A power cut is an error to a tablet, and here it is what happens all the time.
        ((Logger) LoggerFactory.getLogger("io.distil.replication")).setLevel(Level.OFF);
        PrintStream out = new PrintStream(context.out(), true, StandardCharsets.UTF_8);
        long from = only != null ? only : first != null ? first : context.clock().epochNanos() / 1_000_000;
        int count = only != null ? 1 : seedCount;
        long mutations = 0;
        long commits = 0;
        long checkpoints = 0;
        for (int i = 0; i < count; i++) {
            try {
                Simulation.Report report = new Simulation(from + i).run();
                mutations += report.mutations();
                commits += report.commits();
                checkpoints += report.checkpoints();
            } catch (AssertionError e) {
                e.printStackTrace(context.err());
                context.err()
                        .println(
                                "distil: seed "
                                        + (from + i)
                                        + " fails; replay it with: ./distil simulate --seed "
                                        + (from + i));
                return Distil.FAILED;
            }
            if ((i + 1) % 100 == 0) {
                out.println((i + 1) + " of " + count + " seeds");
            }
        }
        out.println(
                "simulate: "
                        + count
                        + " seeds from "
                        + from
                        + " passed: "
                        + mutations
                        + " mutations, "
                        + commits
                        + " commits, "
                        + checkpoints
                        + " checkpoints");
        return Distil.DONE;
    }
}
