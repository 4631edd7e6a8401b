package io.distil.daemon.cluster;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.io.IOException;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/// The directory of a cluster on this machine, and what its nodes were told.
///
/// ```
/// distil-cluster/
///     cluster.properties      how many nodes, from which port on, and whether the first has founded the cluster
///     n1/distil.yaml          settings of a node: written once, yours to change
///     n1/data/                its store
///     n1/node.log             its standard error, of all its starts
///     n1/node.out             its standard output: the ready line of its last start
///     n1/node.pid             its process
/// ```
final class LocalDirectory {
    /// Under the current directory.
    static final Path DEFAULT = Path.of("distil-cluster");

    static final int NODES_MAX = 9;

    private static final String MARKER = "cluster.properties";
    private static final String MADE_BY = "made-by";
    private static final String CLUSTER_LOCAL = "distil cluster local";
    private static final String NODES = "nodes";
    private static final String PORT = "port";
    private static final String FOUNDED = "founded";
    private static final String LOOPBACK = "127.0.0.1";

    /// Each node has a ten of ports: readable, and room for what comes.
    private static final int PORTS_PER_NODE = 10;

    /// The store's own lock, which tells whether a node runs on it.
    private static final String LOCK = "distil.lock";

    /// Several nodes share one machine, and this is for trying things.
    private static final String SETTINGS =
            """
            # Settings of this node; every field: docs/operations.md. Addresses and the data directory are given as options.
            cacheMiB: 128
            bufferMiB: 128
            """;

    private final Path path;
    private int nodeCount;
    private int basePort;
    private boolean isFounded;

    /// A node of it: `n1`, `n2`, …
    record Node(String name, Path path, String listen, String http, String raft) {
        Path data() {
            return path.resolve("data");
        }

        Path settings() {
            return path.resolve("distil.yaml");
        }

        Path log() {
            return path.resolve("node.log");
        }

        Path out() {
            return path.resolve("node.out");
        }

        Path pid() {
            return path.resolve("node.pid");
        }

        /// The process that has its store open, or 0.
        long runningProcess() throws IOException {
            Path lock = data().resolve(LOCK);
            if (!Files.exists(lock)) {
                return 0;
            }
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
                if (channel.tryLock() != null) {
                    return 0;
                }
            }
            return Long.parseLong(Files.readString(lock).strip());
        }
    }

    private LocalDirectory(Path path) {
        this.path = path;
    }

    /// A cluster that was started there before.
    ///
    /// @throws Refused if there is none
    static LocalDirectory existing(Path path) throws IOException {
        LocalDirectory directory = new LocalDirectory(path);
        if (!directory.read()) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "there is no cluster in " + path + "; 'distil cluster local' makes one");
        }
        return directory;
    }

    /// The cluster there, made if there is none.
    ///
    /// @param nodes how many, or 0 for as many as there are, three if there is none
    /// @param port the first one, or 0 for what it is, 7700 if there is none
    /// @throws Refused if something else is there, or the numbers do not fit what is there
    static LocalDirectory claim(Path path, int nodes, int port, int portDefault) throws IOException {
        LocalDirectory directory = new LocalDirectory(path);
        if (!directory.read()) {
            directory.checkEmpty();
            directory.nodeCount = nodes == 0 ? 3 : nodes;
            directory.basePort = port == 0 ? portDefault : port;
        } else {
            directory.checkSame(nodes, port);
            directory.nodeCount = Math.max(directory.nodeCount, nodes);
        }
        for (Node node : directory.nodes()) {
            Files.createDirectories(node.path());
            if (!Files.exists(node.settings())) {
                Files.writeString(node.settings(), SETTINGS);
            }
        }
        directory.write();
        return directory;
    }

    private void checkEmpty() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        if (!Files.isDirectory(path)) {
            throw notOurs("is no directory");
        }
        try (Stream<Path> entries = Files.list(path)) {
            if (entries.findAny().isPresent()) {
                throw notOurs("holds files, and 'distil cluster local' did not make it");
            }
        }
    }

    private Refused notOurs(String why) {
        return new Refused(ErrorCode.INVALID_ARGUMENT, path + " " + why + "; choose another directory with --data DIR");
    }

    private void checkSame(int nodes, int port) {
        if (nodes != 0 && nodes < nodeCount) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "the cluster in "
                            + path
                            + " has "
                            + nodeCount
                            + " nodes, not "
                            + nodes
                            + "; 'distil cluster leave NODE' takes one out");
        }
        if (port != 0 && port != basePort) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "the cluster in " + path + " has its ports from " + basePort + " on, not from " + port);
        }
    }

    private boolean read() throws IOException {
        Path file = path.resolve(MARKER);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        Properties properties = new Properties();
        try (Reader text = Files.newBufferedReader(file)) {
            properties.load(text);
            nodeCount = Integer.parseInt(properties.getProperty(NODES, ""));
            basePort = Integer.parseInt(properties.getProperty(PORT, ""));
        } catch (IllegalArgumentException e) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, file + " was not written by 'distil cluster local'", e);
        }
        isFounded = Boolean.parseBoolean(properties.getProperty(FOUNDED));
        return CLUSTER_LOCAL.equals(properties.getProperty(MADE_BY));
    }

    private void write() throws IOException {
        Path next = path.resolve(MARKER + ".next");
        Files.writeString(
                next,
                String.join(
                        "\n",
                        MADE_BY + "=" + CLUSTER_LOCAL,
                        NODES + "=" + nodeCount,
                        PORT + "=" + basePort,
                        FOUNDED + "=" + isFounded,
                        ""));
        Files.move(next, path.resolve(MARKER), StandardCopyOption.ATOMIC_MOVE);
    }

    Path path() {
        return path;
    }

    /// From now on, a node without data joins the others, the first one too.
    void markFounded() throws IOException {
        isFounded = true;
        write();
    }

    boolean isFounded() {
        return isFounded;
    }

    List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < nodeCount; i++) {
            int port = basePort + i * PORTS_PER_NODE;
            nodes.add(
                    new Node(
                            "n" + (i + 1),
                            path.resolve("n" + (i + 1)),
                            LOOPBACK + ":" + port,
                            LOOPBACK + ":" + (port + 1),
                            LOOPBACK + ":" + (port + 2)));
        }
        return nodes;
    }
}
