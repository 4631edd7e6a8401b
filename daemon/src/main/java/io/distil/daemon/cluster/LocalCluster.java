package io.distil.daemon.cluster;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.daemon.cli.ServerAddress;
import io.distil.daemon.server.ServerProcess;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The nodes of one directory as processes on loopback. One owner thread.
///
/// The first start of all founds the cluster with node `n1`, and the others join it, one after the other. After that, all
/// start at once: none of them is ready before a majority runs. A node whose directory was emptied joins anew.
final class LocalCluster {
    private static final long READY_NANOS_MAX = 120_000_000_000L;
    private static final long POLL_MILLIS = 100;
    private static final long STOP_SECONDS_MAX = 75;
    private static final int HTTP_MILLIS_MAX = 2_000;

    private final LocalDirectory directory;
    private final NanoClock clock;
    private final Consumer<String> progress;
    private final BooleanSupplier isStopping;
    private final Map<LocalDirectory.Node, ServerProcess> started = new LinkedHashMap<>();

    /// @param progress sentences for people
    /// @param isStopping asked a few times a second: ends waiting
    LocalCluster(LocalDirectory directory, NanoClock clock, Consumer<String> progress, BooleanSupplier isStopping) {
        this.directory = directory;
        this.clock = clock;
        this.progress = progress;
        this.isStopping = isStopping;
    }

    /// Starts the nodes that do not run, and waits until all are ready.
    ///
    /// @throws Refused if all run already, or a port is taken
    /// @throws IOException if a node does not get ready; those that were started go on until {@link #stop}
    void start() throws IOException {
        List<LocalDirectory.Node> missing = new ArrayList<>();
        for (LocalDirectory.Node node : directory.nodes()) {
            if (node.runningProcess() == 0) {
                checkPorts(node);
                missing.add(node);
            }
        }
        if (missing.isEmpty()) {
            throw new Refused(
                    ErrorCode.DATA_DIRECTORY_IN_USE,
                    "the cluster in "
                            + directory.path()
                            + " runs already; stop it with 'distil cluster local stop --data "
                            + directory.path()
                            + "'");
        }
        boolean isFirstStart = !directory.isFounded();
        for (LocalDirectory.Node node : missing) {
            start(node);
            if (isFirstStart) {
                // One after the other: each joins those before it.
                awaitReady(node);
                if (!directory.isFounded()) {
                    directory.markFounded();
                }
            }
        }
        for (LocalDirectory.Node node : directory.nodes()) {
            awaitReady(node);
        }
    }

    private static void checkPorts(LocalDirectory.Node node) {
        for (String address : List.of(node.listen(), node.http(), node.raft())) {
            ServerAddress parsed = ServerAddress.parse(address);
            try (ServerSocket socket = new ServerSocket(parsed.port(), 1, InetAddress.ofLiteral(parsed.host()))) {
                socket.getLocalPort();
            } catch (IOException e) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT,
                        "somebody listens on "
                                + address
                                + " already, where node "
                                + node.name()
                                + " would; choose other ports with --port, for a directory of its own",
                        e);
            }
        }
    }

    private void start(LocalDirectory.Node node) throws IOException {
        List<String> options = new ArrayList<>();
        options.addAll(List.of("--config", node.settings().toString(), "--data", node.data().toString()));
        options.addAll(List.of("--listen", node.listen(), "--http", node.http()));
        options.addAll(List.of("--node", node.name(), "--raft", node.raft()));
        String others =
                directory.nodes().stream()
                        .filter(other -> !other.equals(node))
                        .map(LocalDirectory.Node::listen)
                        .collect(Collectors.joining(","));
        if (directory.isFounded() && !others.isEmpty()) {
            options.addAll(List.of("--join", others));
        }
        ServerProcess process = ServerProcess.start(options, node.out(), node.log());
        Files.writeString(node.pid(), process.pid() + "\n");
        started.put(node, process);
        progress.accept("node " + node.name() + " starts, process " + process.pid());
    }

    /// Ready is what the node itself calls so: it knows a leader, and has applied what there is.
    private void awaitReady(LocalDirectory.Node node) throws IOException {
        long deadline = clock.monotonicNanos() + READY_NANOS_MAX;
        Optional<String> why = whyNotReady(node);
        while (why.isPresent()) {
            ServerProcess process = started.get(node);
            if (process != null && !process.isAlive() || clock.monotonicNanos() - deadline > 0) {
                throw new IOException(
                        "node "
                                + node.name()
                                + " is not ready ("
                                + why.get()
                                + "); "
                                + node.log()
                                + " says: "
                                + (process == null ? "nothing new" : process.lastWords()));
            }
            if (isStopping.getAsBoolean()) {
                throw new IOException("stopped before node " + node.name() + " was ready");
            }
            pause();
            why = whyNotReady(node);
        }
    }

    private static Optional<String> whyNotReady(LocalDirectory.Node node) {
        try {
            HttpURLConnection http =
                    (HttpURLConnection) URI.create("http://" + node.http() + "/readyz").toURL().openConnection();
            http.setConnectTimeout(HTTP_MILLIS_MAX);
            http.setReadTimeout(HTTP_MILLIS_MAX);
            try {
                if (http.getResponseCode() == HttpURLConnection.HTTP_OK) {
                    return Optional.empty();
                }
                return Optional.of(new String(http.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip());
            } finally {
                http.disconnect();
            }
        } catch (IOException e) {
            return Optional.of("it does not answer on " + node.http());
        }
    }

    /// Waits until it is time to stop, or all nodes have ended; says which ended by themselves.
    void watch() throws IOException {
        List<LocalDirectory.Node> ended = new ArrayList<>();
        while (!isStopping.getAsBoolean() && ended.size() < started.size()) {
            for (var entry : started.entrySet()) {
                if (!entry.getValue().isAlive() && !ended.contains(entry.getKey())) {
                    ended.add(entry.getKey());
                    progress.accept(
                            "node "
                                    + entry.getKey().name()
                                    + " has ended; 'distil cluster local --detach --data "
                                    + directory.path()
                                    + "' starts it again");
                }
            }
            pause();
        }
    }

    /// SIGTERM to the nodes that were started here, and waits for all of them.
    void stop() throws IOException {
        List<ServerProcess> processes = List.copyOf(started.values());
        processes.forEach(ServerProcess::ask);
        for (ServerProcess process : processes) {
            process.stop();
        }
    }

    /// SIGTERM to every node that runs in the directory, whoever started it, and waits for their end.
    ///
    /// @return the names of those that ran
    static List<String> stopAll(LocalDirectory directory) throws IOException {
        Map<String, ProcessHandle> running = new LinkedHashMap<>();
        for (LocalDirectory.Node node : directory.nodes()) {
            Optional<ProcessHandle> process = ProcessHandle.of(node.runningProcess());
            process.ifPresent(handle -> running.put(node.name(), handle));
        }
        running.values().forEach(ProcessHandle::destroy);
        for (var entry : running.entrySet()) {
            try {
                entry.getValue().onExit().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while node " + entry.getKey() + " was stopping", e);
            } catch (Exception e) {
                throw new IOException(
                        "node "
                                + entry.getKey()
                                + ", process "
                                + entry.getValue().pid()
                                + ", did not stop within "
                                + STOP_SECONDS_MAX
                                + " s",
                        e);
            }
        }
        return List.copyOf(running.keySet());
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while nodes were starting", e);
        }
    }
}
