package io.distil.daemon.quickstart;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;

import io.distil.daemon.server.Daemon;
import io.distil.daemon.server.ServerConfig;

import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;

/// A node in this process, on free ports of loopback; it ends with the quickstart.
final class EmbeddedNode implements QuickstartNode {
    private static final String ANY_PORT = "127.0.0.1:0";

    private final QuickstartDirectory directory;
    private final Daemon daemon;

    private EmbeddedNode(QuickstartDirectory directory, Daemon daemon) {
        this.directory = directory;
        this.daemon = daemon;
    }

    static EmbeddedNode start(QuickstartDirectory directory) throws IOException {
        // What a node says of itself in ordinary work would stand between the lines of the story.
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        ServerConfig config = ServerConfig.defaults().withData(directory.data()).withListen(ANY_PORT, ANY_PORT);
        EmbeddedNode node = new EmbeddedNode(directory, Daemon.start(config));
        directory.markUsed(ProcessHandle.current().pid(), node.listen());
        return node;
    }

    @Override
    public String listen() {
        InetSocketAddress address = daemon.address();
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    @Override
    public String description() {
        return "A node runs inside this process, for as long as this takes; it listens on "
                + listen()
                + " and keeps its data in "
                + directory.data()
                + ".";
    }

    @Override
    public void close() throws IOException {
        daemon.close();
    }
}
