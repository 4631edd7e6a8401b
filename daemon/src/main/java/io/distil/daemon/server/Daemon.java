package io.distil.daemon.server;

import io.distil.base.Refused;
import io.distil.base.api.StreamStore;
import io.distil.wire.server.WireServer;
import io.distil.wire.server.WireServerOptions;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.SortedMap;

/// A running daemon: its node, the network door and the HTTP page, opened in this order and closed in the reverse, but for
/// what the node does as a client, which ends before its door.
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ServerConfig config;
    private final HostedNode node;
    private final WireServer wire;
    private final HttpEndpoint http;
    private volatile boolean closing;

    /// Opens a node; when this returns it takes requests. One of a cluster may still be about to join it, or without a leader.
    ///
    /// @throws Refused if the data directory is in use or of an unknown or newer format
    /// @throws IOException if it is damaged, or an address cannot be bound; the message says which
    public static Daemon start(ServerConfig config) throws IOException {
        return new Daemon(config);
    }

    private Daemon(ServerConfig config) throws IOException {
        this.config = config;
        HostPort listen = HostPort.parse("listen", config.listen());
        HostPort page = config.http().isEmpty() ? null : HostPort.parse("http", config.http());
        try {
            LOG.info(
                    "Memory outside the heap: {} MiB of block cache, {} MiB of buffered points and a quarter of that for their"
                            + " change history; writers wait when the buffers are full.",
                    config.cacheMiB(),
                    config.bufferMiB());
            if (config.isClustered()) {
                listen = Advertised.withPort(listen);
                page = page == null ? null : Advertised.withPort(page);
                node =
                        ClusterNode.open(
                                config,
                                Advertised.address(config.advertise(), listen).toString(),
                                page == null ? "" : Advertised.address(config.advertise(), page).toString());
            } else {
                node = SingleNode.open(config);
            }
            opened.push(node);
            wire =
                    WireServer.start(
                            node.served(),
                            WireServerOptions.DEFAULT.withAddress(listen.resolve().getHostString(), listen.port()));
            opened.push(wire);
            http = page == null ? null : startHttp(page);
            opened.push(node::doorsClose);
            node.doorsOpen(wire.address());
        } catch (IOException | RuntimeException e) {
            closeQuietly(e);
            throw e;
        }
    }

    private HttpEndpoint startHttp(HostPort address) throws IOException {
        DaemonMetrics metrics = new DaemonMetrics(node, wire);
        try {
            HttpEndpoint endpoint =
                    new HttpEndpoint(address.resolve(), metrics::text, node::trouble, this::whyNotReady);
            opened.push(endpoint);
            return endpoint;
        } catch (IOException e) {
            throw new IOException("cannot listen on http " + config.http() + ": " + e.getMessage(), e);
        }
    }

    public ServerConfig config() {
        return config;
    }

    /// The store in this process.
    public StreamStore store() {
        return node.store();
    }

    /// Where the binary protocol is spoken.
    public InetSocketAddress address() {
        return wire.address();
    }

    /// One line for people and scripts that wait for it.
    String readyLine() {
        InetSocketAddress listen = wire.address();
        SortedMap<String, String> status = node.status();
        return "ready listen="
                + listen.getAddress().getHostAddress()
                + ":"
                + listen.getPort()
                + (http == null
                        ? ""
                        : " http=" + http.address().getAddress().getHostAddress() + ":" + http.address().getPort())
                + node.readyFields()
                + " data="
                + config.data().toAbsolutePath().normalize()
                + " disk=\""
                + status.getOrDefault("disk.path", "none yet")
                + "\" network=\""
                + wire.transport()
                + "\" replayed="
                + status.getOrDefault("log.replayed.entries", "0")
                + " opened_ms="
                + status.getOrDefault("store.opened.ms", "0");
    }

    private Optional<String> whyNotReady() {
        return closing ? Optional.of("shutting down") : node.whyNotReady();
    }

    @Override
    public void close() throws IOException {
        closing = true;
        IOException failed = new IOException("the node did not close cleanly");
        closeQuietly(failed);
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }

    private void closeQuietly(Exception failed) {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                failed.addSuppressed(e);
            }
        }
    }
}
