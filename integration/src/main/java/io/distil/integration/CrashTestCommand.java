package io.distil.integration;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.integration.crash.CrashCycles;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/// `distil crash-test`: kill -9 a real daemon under load, many times.
@Command(
        name = "crash-test",
        description = "Kill a daemon under load with SIGKILL, again and again, and look for every acknowledged point.")
final class CrashTestCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--cycles", paramLabel = "N", defaultValue = "1000", description = "How many kills; default 1000.")
    private int cycles;

    @Option(names = "--seed", paramLabel = "SEED", defaultValue = "1", description = "Of the load; default 1.")
    private long seed;

    @Option(names = "--data", paramLabel = "DIR", description = "An empty directory; default a temporary one.")
    private Path data;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help and exit.")
    private boolean helpAsked;

    CrashTestCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        Path directory = data == null ? Files.createTempDirectory("distil-crash-test") : data;
        PrintStream out = new PrintStream(context.out(), true, StandardCharsets.UTF_8);
        out.println("data directory: " + directory);
        try {
            CrashCycles.Report report = new CrashCycles(directory, seed).run(cycles);
            out.printf(
                    "crash-test: %d kills passed: %d acknowledged batches, %d points, %d streams obliterated, slowest"
                            + " start %.2f s%n",
                    report.cycles(),
                    report.acknowledged(),
                    report.points(),
                    report.obliterated(),
                    report.slowestStartSeconds());
            if (data == null) {
                delete(directory);
            }
            return Distil.DONE;
        } catch (AssertionError e) {
            context.err().println("distil: " + e.getMessage());
            context.err().println("distil: the data directory is kept: " + directory);
            return Distil.FAILED;
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.delete(path);
        }
    }
}
