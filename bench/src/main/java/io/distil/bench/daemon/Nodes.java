package io.distil.bench.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Daemons of one cluster as children of this process, each with a directory of its own, on free ports of the loopback. One
/// alone is a node without replicas.
final class Nodes implements AutoCloseable {
    private final TemporaryDirectory directory;
    private final List<ChildDaemon> daemons = new ArrayList<>();

    private Nodes(TemporaryDirectory directory) {
        this.directory = directory;
    }

    /// Starts them, one after the other: each joins those before it.
    static Nodes start(Path parent, int count) throws IOException {
        Nodes nodes = new Nodes(TemporaryDirectory.create(parent, "distil-bench"));
        try {
            for (int i = 1; i <= count; i++) {
                nodes.startOne(i, count > 1);
            }
            return nodes;
        } catch (IOException | RuntimeException e) {
            nodes.close();
            throw e;
        }
    }

    private void startOne(int number, boolean isReplicated) throws IOException {
        List<String> options = new ArrayList<>();
        if (isReplicated) {
            options.addAll(List.of("--node", "n" + number, "--raft", "127.0.0.1:" + freePort()));
            if (number > 1) {
                options.addAll(List.of("--join", String.join(",", addresses())));
            }
        }
        Path data = Files.createDirectories(directory.path().resolve("n" + number));
        daemons.add(ChildDaemon.start(data, null, options.toArray(String[]::new)));
    }

    /// Free a moment ago; whoever takes it meanwhile makes the benchmark fail, not lie.
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Where clients reach them.
    List<String> addresses() {
        return daemons.stream().map(daemon -> daemon.address().host() + ":" + daemon.address().port()).toList();
    }

    @Override
    public void close() throws IOException {
        daemons.forEach(ChildDaemon::close);
        directory.close();
    }
}
