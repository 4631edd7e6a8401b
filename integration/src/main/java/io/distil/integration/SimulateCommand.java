package io.distil.integration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.integration.simulation.Simulation;
import io.distil.integration.simulation.replicas.ReplicaSimulation;

import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/// `distil simulate`: many seeds of the simulator, or one again.
@Command(
        name = "simulate",
        description = "Run the storage of a node, or of replicas, on simulated disks with power cuts, against a model.")
final class SimulateCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "1000", description = "How many seeds; default 1000.")
    private int seedCount;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "1",
            description = "Replicas on a model of Raft, an odd count; default 1: a single node.")
    private int replicaCount;

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
        TreeMap<String, Long> sums = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            try {
                run(from + i).forEach((what, number) -> sums.merge(what, number, Long::sum));
            } catch (AssertionError e) {
                e.printStackTrace(context.err());
                context.err().println("distil: " + e.getMessage());
                return Distil.FAILED;
            }
            if ((i + 1) % 100 == 0) {
                out.println((i + 1) + " of " + count + " seeds");
            }
        }
        String figures =
                sums.entrySet().stream()
                        .map(sum -> sum.getValue() + " " + sum.getKey())
                        .collect(Collectors.joining(", "));
        out.println("simulate: " + count + " seeds from " + from + " passed: " + figures);
        return Distil.DONE;
    }

    private Map<String, Long> run(long seed) throws IOException {
        if (replicaCount == 1) {
            Simulation.Report report = new Simulation(seed).run();
            return Map.of(
                    "mutations", report.mutations(), "commits", report.commits(), "checkpoints", report.checkpoints());
        }
        ReplicaSimulation.Report report = new ReplicaSimulation(seed, replicaCount).run();
        return Map.of(
                "acknowledged",
                report.acknowledged(),
                "applied",
                report.applied(),
                "terms",
                report.terms(),
                "crashes",
                report.crashes(),
                "checkpoints installed",
                report.installed(),
                "early writes reverted",
                report.reverted(),
                "linearizable reads",
                report.reads());
    }
}
