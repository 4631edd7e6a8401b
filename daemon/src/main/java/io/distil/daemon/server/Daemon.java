package io.distil.daemon.server;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.StreamStore;
import io.distil.distillates.DistillateRunner;
import io.distil.distillates.RunnerOptions;
import io.distil.replication.tablet.LocalStore;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.Disks;
import io.distil.wire.server.WireServer;
import io.distil.wire.server.WireServerOptions;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// A running node: disk, store, distillates, network door and HTTP page, opened in this order and closed in the reverse.
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ServerConfig config;
    private final LocalStore store;
    private final WireServer wire;
    private final HttpEndpoint http;
    private volatile boolean closing;

    /// Opens a node; when this returns it is ready.
    ///
    /// @throws Refused if the data directory is in use or of an unknown or newer format
    /// @throws IOException if it is damaged, or an address cannot be bound; the message says which
    public static Daemon start(ServerConfig config) throws IOException {
        return new Daemon(config);
    }

    private Daemon(ServerConfig config) throws IOException {
        this.config = config;
        if (config.isClustered()) {
            throw new Refused(ErrorCode.CLUSTER_CONFLICT, "raft is set, and this build only runs nodes on their own");
        }
        InetSocketAddress listen = HostPort.parse("listen", config.listen()).resolve();
        try {
            LOG.info(
                    "Memory outside the heap: {} MiB of block cache, {} MiB of buffered points and a quarter of that for their"
                            + " change history; writers wait when the buffers are full.",
                    config.cacheMiB(),
                    config.bufferMiB());
            Disk disk = Disks.open(config.data(), config.diskChoice());
            // The store closes its disk; until there is a store, this does.
            opened.push(disk);
            store = LocalStore.open(disk, config.storeOptions(), NanoClock.SYSTEM);
            opened.pop();
            opened.push(store);
            DistillateRunner runner = new DistillateRunner(store, NanoClock.SYSTEM, RunnerOptions.DEFAULT);
            opened.push(runner);
            runner.start();
            wire =
                    WireServer.start(
                            store, WireServerOptions.DEFAULT.withAddress(listen.getHostString(), listen.getPort()));
            opened.push(wire);
            http = config.http().isEmpty() ? null : startHttp();
        } catch (IOException | RuntimeException e) {
            closeQuietly(e);
            throw e;
        }
    }

    private HttpEndpoint startHttp() throws IOException {
        DaemonMetrics metrics = new DaemonMetrics(store, wire);
        InetSocketAddress address = HostPort.parse("http", config.http()).resolve();
        try {
            HttpEndpoint endpoint = new HttpEndpoint(address, metrics::text, store::trouble, this::whyNotReady);
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
        return store;
    }

    /// Where the binary protocol is spoken.
    public InetSocketAddress address() {
        return wire.address();
    }

    /// One line for people and scripts that wait for it.
    String readyLine() {
        InetSocketAddress listen = wire.address();
        return "ready listen="
                + listen.getAddress().getHostAddress()
                + ":"
                + listen.getPort()
                + (http == null
                        ? ""
                        : " http=" + http.address().getAddress().getHostAddress() + ":" + http.address().getPort())
                + " data="
                + config.data().toAbsolutePath().normalize()
                + " disk=\""
                + store.status().get("disk.path")
                + "\" network=\""
                + wire.transport()
                + "\" replayed="
                + store.status().get("log.replayed.entries")
                + " opened_ms="
                + store.status().get("store.opened.ms");
    }

    private Optional<String> whyNotReady() {
        return closing ? Optional.of("shutting down") : store.trouble();
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
