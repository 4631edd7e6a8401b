package io.distil.daemon.server;

import io.distil.daemon.cli.CommandContext;
import io.distil.daemon.cli.Distil;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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

/// `distil server`: a node in the foreground until SIGTERM or SIGINT.
@Command(
        name = "server",
        description = "Run a node in the foreground.",
        footer = {
            "",
            "Prints one line that begins with 'ready' on standard output once requests are taken;",
            "stops cleanly on SIGTERM. Everything that can be configured: docs/operations.md."
        })
public final class ServerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCommand.class);
    private static final long CLOSE_SECONDS_MAX = 60;

    private final CommandContext context;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings in YAML; the options below go before it.")
    private Path configFile;

    @Option(names = "--data", paramLabel = "DIR", description = "The store's directory; made where missing.")
    private Path data;

    @Option(names = "--listen", paramLabel = "HOST:PORT", description = "The binary protocol; port 0 for any free one.")
    private String listen;

    @Option(names = "--http", paramLabel = "HOST:PORT", description = "Metrics and health; port 0 for any free one.")
    private String http;

    @Option(names = "--node", paramLabel = "NAME", description = "This node's name in its cluster.")
    private String node;

    @Option(
            names = "--raft",
            paramLabel = "HOST:PORT",
            description = "For the other nodes of a cluster; without it the node is on its own.")
    private String raft;

    @Option(
            names = "--advertise",
            paramLabel = "HOST",
            description = "Where others reach this node, if not at the hosts of its addresses.")
    private String advertise;

    @Option(
            names = "--join",
            split = ",",
            paramLabel = "HOST:PORT",
            description = "Where clients reach nodes of the cluster to join; for a node without data.")
    private List<String> join;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this help and exit.")
    private boolean helpAsked;

    public ServerCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        ServerConfig config = config();
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        try (Daemon daemon = Daemon.start(config)) {
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform()
                                    .name("distil-stop")
                                    .unstarted(() -> {
                                        asked.countDown();
                                        endWhenClosed(closed);
                                    }));
            PrintStream out = new PrintStream(context.out(), true, StandardCharsets.UTF_8);
            out.println(daemon.readyLine());
            asked.await();
            LOG.info("Stopping.");
        } catch (Exception e) {
            closed.completeExceptionally(e);
            throw e;
        }
        closed.complete(null);
        return Distil.DONE;
    }

    private ServerConfig config() throws IOException {
        ServerConfig config = configFile == null ? ServerConfig.defaults() : ServerConfig.read(configFile);
        return config.withOptions(data, listen, http, node, advertise, raft, join);
    }

    /// A JVM that ends by a signal says 143 whatever its hooks did; a clean stop should say 0.
    private static void endWhenClosed(CompletableFuture<Void> closed) {
        try {
            closed.get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
            Runtime.getRuntime().halt(Distil.DONE);
        } catch (TimeoutException e) {
            LOG.error("The node did not close within {} s; its log will be replayed.", CLOSE_SECONDS_MAX);
        } catch (ExecutionException e) {
            LOG.error("The node did not close cleanly; its log will be replayed.", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(Distil.FAILED);
    }
}
