package io.distil.integration.nemesis;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Store;
import io.distil.daemon.cli.Distil;
import io.distil.integration.crash.DaemonProcess;
import io.distil.wire.client.ClusterClient;
import io.distil.wire.client.ClusterClientOptions;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Daemons of one cluster as processes on loopback, numbered from 1. One owner thread; clients come from any.
public final class TestCluster implements AutoCloseable {
    static final int LISTEN_PORT = 7700;
    private static final int HTTP_PORT = 7701;
    private static final long WAIT_NANOS_MAX = 90_000_000_000L;
    private static final long POLL_MILLIS = 20;
    private static final long SECOND_NANOS = 1_000_000_000L;

    /// Small, because several nodes share a machine; frequent checkpoints, so that faults meet them.
    private static final String SETTINGS =
            """
            cacheMiB: 32
            bufferMiB: 64
            flushAgeSeconds: 5
            checkpointSeconds: 3
            """;

    /// A client that gives up before the tests do.
    private static final DistilClientOptions CLIENT_OPTIONS =
            DistilClientOptions.DEFAULT
                    .withTimeouts(
                            new DistilClientOptions.Timeouts(2 * SECOND_NANOS, 15 * SECOND_NANOS, 10 * SECOND_NANOS))
                    .withReconnect(
                            new DistilClientOptions.Reconnect(SECOND_NANOS / 100, SECOND_NANOS / 2, SECOND_NANOS));

    private final Path directory;
    private final Class<?> main;
    private final Network network;
    private final List<Node> nodes = new ArrayList<>();
    private Store administrator;

    /// A node: a place on the network, a data directory, and from time to time a process.
    final class Node {
        final int number;
        private final PrintWriter log;
        private Path data;
        private DaemonProcess process;

        private Node(int number) throws IOException {
            this.number = number;
            this.data = directory.resolve(name()).resolve("data");
            Files.createDirectories(data.getParent());
            this.log = new PrintWriter(Files.newBufferedWriter(directory.resolve(name() + ".log")), true);
        }

        String name() {
            return Network.name(number);
        }

        String listen() {
            return network.host(number) + ":" + LISTEN_PORT;
        }

        Path data() {
            return data;
        }

        /// Another place for its data; it must not run.
        void setData(Path newData) {
            data = newData;
        }

        boolean isRunning() {
            return process != null && process.isAlive();
        }

        /// Starts it and waits until it is ready, which it may not be before a majority runs.
        ///
        /// @param others nodes that it may ask to take it in, if it has no data
        void start(List<Node> others) throws IOException {
            List<String> arguments = new ArrayList<>();
            arguments.addAll(List.of("--config", Files.writeString(file("yaml"), SETTINGS).toString()));
            arguments.addAll(List.of("--data", data.toString(), "--listen", listen()));
            arguments.addAll(List.of("--http", network.host(number) + ":" + HTTP_PORT));
            arguments.addAll(List.of("--node", name(), "--raft", name() + ":" + Network.RAFT_PORT));
            if (!others.isEmpty()) {
                arguments.addAll(List.of("--join", others.stream().map(Node::listen).collect(Collectors.joining(","))));
            }
            List<String> flags =
                    List.of(
                            "-Djdk.net.hosts.file=" + network.writeHosts(number, file("hosts")),
                            "-Dlogback.configurationFile=logback-nodes.xml");
            log.println("---- start");
            process = DaemonProcess.start(flags, main, arguments, log::println);
        }

        private Path file(String kind) {
            return directory.resolve(name() + "." + kind);
        }

        /// SIGKILL.
        void kill() throws InterruptedException {
            log.println("---- kill");
            process.kill();
        }

        /// SIGSTOP.
        void pause() throws IOException {
            log.println("---- pause");
            process.pause();
        }

        /// SIGCONT.
        void resume() throws IOException {
            log.println("---- resume");
            process.resume();
        }

        /// As if it had got another disk. It must not run.
        void wipe() throws IOException {
            log.println("---- wipe");
            delete(data);
        }
    }

    /// Starts a new cluster.
    ///
    /// @param directory empty; keeps data and logs
    /// @param places how many nodes there may be at most
    public TestCluster(Path directory, int members, int places, Random random) throws IOException {
        this(directory, members, places, random, Distil.class);
    }

    /// @param main what the nodes run, with the arguments of `distil server`
    TestCluster(Path directory, int members, int places, Random random, Class<?> main) throws IOException {
        this.directory = directory;
        this.main = main;
        this.network = new Network(places, random);
        try {
            for (int number = 1; number <= places; number++) {
                nodes.add(new Node(number));
            }
            for (int number = 1; number <= members; number++) {
                // One after the other: each joins those before it.
                node(number).start(nodes.subList(0, number - 1));
            }
            administrator = connect();
            awaitWell();
        } catch (IOException | RuntimeException | InterruptedException e) {
            close();
            throw new IOException("the cluster in " + directory + " does not start: " + e, e);
        }
    }

    Network network() {
        return network;
    }

    Node node(int number) {
        return nodes.get(number - 1);
    }

    List<Node> nodes() {
        return nodes;
    }

    List<Node> running() {
        return nodes.stream().filter(Node::isRunning).toList();
    }

    /// A client of the whole cluster.
    public Store connect() throws IOException {
        return ClusterClient.connect(
                nodes.stream().map(Node::listen).toList(), ClusterClientOptions.DEFAULT.withNode(CLIENT_OPTIONS));
    }

    /// A client of one node alone.
    Store connectTo(Node node) throws IOException {
        return DistilClient.connect(network.host(node.number), LISTEN_PORT, CLIENT_OPTIONS);
    }

    /// The client of the tests themselves.
    Store administrator() {
        return administrator;
    }

    /// Starts all members that do not run, at once.
    void startAll() {
        List<CompletableFuture<Void>> starts = new ArrayList<>();
        for (Node node : nodes) {
            if (!node.isRunning() && Files.exists(node.data())) {
                List<Node> others = nodes.stream().filter(other -> other != node).toList();
                starts.add(
                        CompletableFuture.runAsync(
                                () -> start(node, others), runnable -> Thread.ofVirtual().start(runnable)));
            }
        }
        starts.forEach(CompletableFuture::join);
    }

    private static void start(Node node, List<Node> others) {
        try {
            node.start(others);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The node that leads the root group, as the cluster says; waits for one.
    Node leader() throws InterruptedException {
        return await("a leader", () -> nodeOf(rootGroup().leader()).orElse(null));
    }

    private ClusterMap.Group rootGroup() throws IOException {
        return administrator.clusterMap().group(ClusterMap.ROOT_GROUP).orElseThrow();
    }

    private Optional<Node> nodeOf(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /// A member that does not lead.
    Node follower(Random random) throws InterruptedException {
        Node leader = leader();
        List<Node> others = running().stream().filter(node -> node != leader).toList();
        return others.get(random.nextInt(others.size()));
    }

    /// Waits until every running node is a member, follows one leader, and has applied what the leader had when it was asked.
    void awaitWell() throws InterruptedException {
        await("all nodes to follow one leader", this::isWell);
    }

    private Boolean isWell() throws IOException {
        ClusterMap.Group group = rootGroup();
        List<String> names = running().stream().map(Node::name).sorted().toList();
        List<String> members = group.members().stream().map(ClusterMap.Member::node).sorted().toList();
        long applied = group.members().stream().mapToLong(ClusterMap.Member::appliedThrough).max().orElse(-1);
        return !group.leader().isEmpty()
                && members.equals(names)
                && group.members().stream().noneMatch(member -> member.role().equals("unreachable"))
                && group.members().stream().allMatch(member -> isNear(member.appliedThrough(), applied));
    }

    /// Under load nobody stands where the leader does; a thousand entries are far less than a second.
    private static boolean isNear(long applied, long most) {
        return applied >= 0 && most - applied < 1000L << 12;
    }

    /// Waits until `wanted` answers something that is neither null nor false. What is thrown meanwhile is told at the end.
    static <T> T await(String what, Callable<T> wanted) throws InterruptedException {
        long began = NanoClock.SYSTEM.monotonicNanos();
        String last = "nothing";
        while (NanoClock.SYSTEM.monotonicNanos() - began < WAIT_NANOS_MAX) {
            try {
                T found = wanted.call();
                if (found != null && !Boolean.FALSE.equals(found)) {
                    return found;
                }
                last = String.valueOf(found);
            } catch (InterruptedException e) {
                throw e;
            } catch (IOException | Refused | CompletionException | ExecutionException | TimeoutException e) {
                last = e.toString();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw new AssertionError("waited " + WAIT_NANOS_MAX / SECOND_NANOS + " s for " + what + "; found " + last);
    }

    /// Numbers of the nodes that run, as text.
    @Override
    public String toString() {
        return IntStream.rangeClosed(1, nodes.size())
                .filter(number -> node(number).isRunning())
                .mapToObj(Network::name)
                .collect(Collectors.joining(","));
    }

    static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            List<Path> paths;
            try (Stream<Path> walk = Files.walk(directory)) {
                paths = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path path : paths) {
                Files.delete(path);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Node node : nodes) {
            if (node.process != null) {
                // SIGKILL ends a paused process, too.
                node.process.close();
            }
            node.log.close();
        }
        if (administrator != null) {
            administrator.close();
        }
        network.close();
    }
}
