package io.distil.bench.daemon;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.Rows;
import io.distil.daemon.cli.ServerAddress;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/// What the three benchmarks share: they find or start a daemon, measure what it stands on, and print rows.
@Command(sortOptions = false, descriptionHeading = "%n", optionListHeading = "%n", abbreviateSynopsis = true)
abstract class DaemonBench implements Callable<Integer> {
    /// The noise is larger than what this leaves out.
    private static final MathContext ROUNDED = new MathContext(3);

    private final CommandContext context;

    @Spec private CommandSpec spec;

    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            order = 80,
            description = "A daemon that runs already; its streams under bench/ grow. Default: one of its own.")
    private String server;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            order = 81,
            description =
                    "Where the own daemon's directory is made, and deleted at the end; default the temporary one.")
    private Path data = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(
            names = "--config",
            paramLabel = "FILE",
            order = 82,
            description = "Settings of the own daemon, as for 'distil server'.")
    private Path config;

    @Option(names = "--json", order = 91, description = "One JSON object a line.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            order = 92,
            description = "Print this help and exit.")
    private boolean helpAsked;

    DaemonBench(CommandContext context) {
        this.context = context;
    }

    /// Measures, and prints what it finds.
    abstract void run(Target target, Baseline baseline) throws IOException;

    @Override
    public final Integer call() throws IOException {
        remark("measuring the disk under " + data + " and the loopback");
        Baseline baseline = Baseline.measure(data);
        try (Rows rows = rows()) {
            baseline.print(rows);
        }
        try (Target target = target()) {
            run(target, baseline);
        }
        return Distil.DONE;
    }

    private Target target() throws IOException {
        if (server == null) {
            remark("starting a daemon");
            return Target.started(data, config);
        }
        try {
            return Target.running(ServerAddress.parse(server));
        } catch (IllegalArgumentException e) {
            throw wrongUsage("Invalid value for option '--server': " + e.getMessage());
        }
    }

    final ParameterException wrongUsage(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    /// Rows of one table, or JSON lines. Close them.
    final Rows rows() {
        return Rows.of(context.out(), json);
    }

    /// Says what is going on; on standard error.
    final void remark(String sentence) {
        context.err().println("bench: " + sentence);
    }

    /// As many digits as mean something.
    static double rounded(double value) {
        return Double.isFinite(value) ? new BigDecimal(value).round(ROUNDED).doubleValue() : 0;
    }
}
