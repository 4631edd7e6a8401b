package io.distil.integration.nemesis;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// A long run: rounds of random faults on one cluster, each judged at its end.
public final class FaultTest {
    /// What a round's clients do is looked through in seconds.
    private static final long ROUND_NANOS = 60_000_000_000L;

    private final Path directory;
    private final int nodes;
    private final long seed;
    private final List<Fault> faults;
    private final Consumer<String> out;

    /// @param names of faults, or null for all
    public FaultTest(Path directory, int nodes, long seed, List<String> names, Consumer<String> out) {
        this.directory = directory;
        this.nodes = nodes;
        this.seed = seed;
        this.faults = names == null ? Fault.ALL : named(names);
        this.out = out;
    }

    private static List<Fault> named(List<String> names) {
        List<Fault> faults = new ArrayList<>();
        for (String name : names) {
            faults.add(
                    Fault.ALL.stream()
                            .filter(fault -> fault.name().equals(name))
                            .findFirst()
                            .orElseThrow(() -> unknown(name)));
        }
        return faults;
    }

    private static Refused unknown(String name) {
        return new Refused(
                ErrorCode.INVALID_ARGUMENT,
                "there is no fault '" + name + "'; there are " + Fault.ALL.stream().map(Fault::name).toList());
    }

    /// @throws AssertionError if anything contradicts
    public void run(long nanos) throws IOException, InterruptedException {
        long end = NanoClock.SYSTEM.monotonicNanos() + nanos;
        Random random = new Random(seed);
        try (TestCluster cluster = new TestCluster(directory, nodes, nodes, random)) {
            out.accept("a cluster of " + nodes + " nodes runs");
            for (int round = 1; NanoClock.SYSTEM.monotonicNanos() < end; round++) {
                out.accept("round " + round);
                try (FaultRun run = FaultRun.start(cluster, "round" + round, random.nextLong(), out)) {
                    run.sufferRandomly(faults, Math.min(ROUND_NANOS, end - NanoClock.SYSTEM.monotonicNanos()));
                    run.conclude();
                }
            }
        }
    }

    public static void delete(Path directory) throws IOException {
        TestCluster.delete(directory);
    }
}
