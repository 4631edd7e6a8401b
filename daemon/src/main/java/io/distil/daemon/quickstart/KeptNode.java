package io.distil.daemon.quickstart;

import io.distil.base.NanoClock;
import io.distil.daemon.cli.ServerAddress;
import io.distil.daemon.server.ServerProcess;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/// A node in a process of its own: `distil server`, which stays when the quickstart ends and {@link #keep} was called. Until
/// then it is stopped with this process, also by Ctrl-C.
final class KeptNode implements QuickstartNode {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int HTTP_PORT = 7701;
    private static final long READY_NANOS_MAX = 60_000_000_000L;

    private final QuickstartDirectory directory;
    private final ServerProcess process;
    private final Thread stopAtExit;
    private String listen;
    private boolean isKept;

    private KeptNode(ServerProcess process, QuickstartDirectory directory) {
        this.directory = directory;
        this.process = process;
        this.stopAtExit = Thread.ofPlatform().name("distil-quickstart-stop").unstarted(process::ask);
        Runtime.getRuntime().addShutdownHook(stopAtExit);
    }

    /// Starts it on the port where commands look for a node, or, if that one is taken, on a free one.
    ///
    /// @throws IOException if it does not become ready; with the last thing it said
    static KeptNode start(QuickstartDirectory directory, NanoClock clock) throws IOException {
        List<String> options =
                List.of(
                        "--data",
                        directory.data().toString(),
                        "--listen",
                        LOOPBACK + ":" + freePort(ServerAddress.DEFAULT.port()),
                        "--http",
                        LOOPBACK + ":" + freePort(HTTP_PORT));
        KeptNode node = new KeptNode(ServerProcess.start(options, directory.answers(), directory.log()), directory);
        try {
            node.listen = node.process.waitUntilReady(clock, READY_NANOS_MAX);
            directory.markUsed(node.process.pid(), node.listen);
            return node;
        } catch (IOException e) {
            node.close();
            throw e;
        }
    }

    /// @return the port itself, or 0 for any if somebody has it
    private static int freePort(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.ofLiteral(LOOPBACK))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            return 0;
        }
    }

    @Override
    public String listen() {
        return listen;
    }

    @Override
    public String description() {
        String port =
                listen.equals(ServerAddress.DEFAULT.toString())
                        ? ""
                        : " (a free port: somebody listens on " + ServerAddress.DEFAULT + " already)";
        return "A node runs in a process of its own, "
                + process.pid()
                + "; it listens on "
                + listen
                + port
                + " and keeps its data in "
                + directory.data()
                + ".";
    }

    /// Leaves it running.
    void keep() {
        isKept = true;
        Runtime.getRuntime().removeShutdownHook(stopAtExit);
    }

    long processId() {
        return process.pid();
    }

    @Override
    public void close() throws IOException {
        if (isKept) {
            return;
        }
        process.stop();
        Runtime.getRuntime().removeShutdownHook(stopAtExit);
    }
}
