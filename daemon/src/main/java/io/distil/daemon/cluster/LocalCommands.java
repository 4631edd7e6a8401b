package io.distil.daemon.cluster;

import io.distil.daemon.cli.ClientCommand;
import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;
import io.distil.daemon.cli.Rows;
import io.distil.daemon.cli.ServerAddress;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// `distil cluster local` and `distil cluster local stop`.
final class LocalCommands {
    private static final int PORT_MAX = 65_000;

    private LocalCommands() {}

    static CommandLine of(CommandContext context) {
        return new CommandLine(new Start(context)).addSubcommand("stop", new Stop(context));
    }

    @Command(
            name = "local",
            sortOptions = false,
            description = {
                "Runs a cluster on this machine: nodes as processes on loopback, each with a directory of its own.",
                "Stays in the foreground until Ctrl-C or SIGTERM, then stops the nodes cleanly. A start in a directory that"
                        + " has a cluster resumes it; with more --nodes than before, new ones join."
            })
    static final class Start implements Callable<Integer> {
        private static final long STOP_SECONDS_MAX = 90;

        private final CommandContext context;
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

        @Spec private CommandSpec spec;

        @Option(names = "--nodes", paramLabel = "N", order = 1, description = "How many; 3 for a new cluster.")
        private int nodes;

        @Option(
                names = "--data",
                paramLabel = "DIR",
                order = 2,
                description = "The cluster's directory; 'distil-cluster' unless given.")
        private Path data = LocalDirectory.DEFAULT;

        @Option(
                names = "--port",
                paramLabel = "BASE",
                order = 3,
                description = "Node n1 has ports BASE to BASE+2, n2 BASE+10 to BASE+12, …; 7700 for a new cluster.")
        private int port;

        @Option(names = "--detach", order = 4, description = "Leave the nodes running; 'cluster local stop' ends them.")
        private boolean detaches;

        @Option(names = "--json", order = 5, description = "Answer with one JSON object for each node.")
        private boolean json;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                order = 6,
                description = "Print this help and exit.")
        private boolean helpAsked;

        Start(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() throws Exception {
            checkUsage();
            LocalDirectory directory = LocalDirectory.claim(data, nodes, port, ServerAddress.DEFAULT.port());
            LocalCluster cluster =
                    new LocalCluster(
                            directory,
                            context.clock(),
                            sentence -> context.err().println("distil: " + sentence),
                            () -> asked.getCount() == 0);
            if (!detaches) {
                Runtime.getRuntime()
                        .addShutdownHook(Thread.ofPlatform().name("distil-stop").unstarted(this::awaitStop));
            }
            try {
                cluster.start();
                tell(directory);
                if (!detaches) {
                    cluster.watch();
                    cluster.stop();
                    context.err().println("distil: all nodes have stopped");
                }
            } catch (Exception e) {
                stopAfter(cluster, e);
                exitCode.complete(Distil.FAILED);
                throw e;
            }
            exitCode.complete(Distil.DONE);
            return Distil.DONE;
        }

        /// What a failed start has started does not stay.
        private static void stopAfter(LocalCluster cluster, Exception failed) {
            try {
                cluster.stop();
            } catch (IOException e) {
                failed.addSuppressed(e);
            }
        }

        private void checkUsage() {
            if (nodes < 0 || nodes > LocalDirectory.NODES_MAX) {
                throw new ParameterException(
                        spec.commandLine(), "--nodes is " + nodes + ", wanted 1.." + LocalDirectory.NODES_MAX);
            }
            if (port < 0 || port > PORT_MAX) {
                throw new ParameterException(spec.commandLine(), "--port is " + port + ", wanted 1.." + PORT_MAX);
            }
        }

        /// A JVM that ends by a signal says 143 whatever its hooks did; a clean stop should say 0.
        private void awaitStop() {
            asked.countDown();
            int code = Distil.FAILED;
            try {
                code = exitCode.get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                context.err().println("distil: not all nodes have stopped within " + STOP_SECONDS_MAX + " s");
            }
            Runtime.getRuntime().halt(code);
        }

        private void tell(LocalDirectory directory) throws IOException {
            try (Rows rows = Rows.of(context.out(), json)) {
                for (LocalDirectory.Node node : directory.nodes()) {
                    rows.text("node", node.name())
                            .text("listen", node.listen())
                            .text("http", node.http())
                            .text("raft", node.raft())
                            .integer("process", node.runningProcess())
                            .text("log", node.log().toString())
                            .end();
                }
            }
            if (!json) {
                PrintStream out = new PrintStream(context.out(), true, StandardCharsets.UTF_8);
                out.println();
                out.println("All nodes are ready. To talk to them, in another terminal:");
                out.println("  export " + ClientCommand.SERVER_VARIABLE + "=" + servers(directory.nodes()));
                out.println("  distil cluster status");
                out.println(
                        detaches
                                ? "They stay until 'distil cluster local stop --data " + data + "'."
                                : "Ctrl-C stops them; their data stays in " + data + ".");
            }
        }

        private static String servers(List<LocalDirectory.Node> nodes) {
            return nodes.stream().map(LocalDirectory.Node::listen).collect(Collectors.joining(","));
        }
    }

    @Command(
            name = "stop",
            sortOptions = false,
            description = "Stops the nodes of a cluster on this machine; data stays.")
    static final class Stop implements Callable<Integer> {
        private final CommandContext context;

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "The cluster's directory; 'distil-cluster' unless given.")
        private Path data = LocalDirectory.DEFAULT;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Print this help and exit.")
        private boolean helpAsked;

        Stop(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() throws IOException {
            List<String> stopped = LocalCluster.stopAll(LocalDirectory.existing(data));
            context.out()
                    .write(
                            ((stopped.isEmpty() ? "no node was running" : "stopped " + String.join(", ", stopped))
                                            + "\n")
                                    .getBytes(StandardCharsets.UTF_8));
            return Distil.DONE;
        }
    }
}
