package io.distil.bench.daemon;

import io.distil.daemon.cli.ServerAddress;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The daemon that is measured: a child of this process with a directory of its own, or one that was running already, of
/// which less can be said.
final class Target implements AutoCloseable {
    private static final long SETTLE_NANOS_MAX = TimeUnit.MINUTES.toNanos(5);
    private static final long SETTLE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final TemporaryDirectory directory;
    private final Path config;
    private final ServerAddress running;
    private ChildDaemon child;

    private Target(TemporaryDirectory directory, Path config, ServerAddress running) {
        this.directory = directory;
        this.config = config;
        this.running = running;
    }

    static Target running(ServerAddress address) {
        return new Target(null, null, address);
    }

    /// @param config settings of the daemon; null for the defaults
    static Target started(Path parent, Path config) throws IOException {
        Target target = new Target(TemporaryDirectory.create(parent, "distil-bench"), config, null);
        try {
            target.child = ChildDaemon.start(target.directory.path(), config);
            return target;
        } catch (IOException | RuntimeException e) {
            target.close();
            throw e;
        }
    }

    DistilClient connect(DistilClientOptions options) throws IOException {
        ServerAddress address = child == null ? running : child.address();
        return DistilClient.connect(address.host(), address.port(), options.withName("bench"));
    }

    /// Stops the daemon and starts it again: then nothing is in its memory. Does nothing to a daemon that is not ours.
    ///
    /// @return whether it was
    boolean restart() throws IOException {
        if (child == null) {
            return false;
        }
        child.stop();
        child = ChildDaemon.start(directory.path(), config);
        return true;
    }

    /// Waits until no point is anywhere but in a tree.
    void awaitTrees(DistilClient client) throws IOException {
        long deadline = System.nanoTime() + SETTLE_NANOS_MAX;
        while (!"0".equals(client.status().get("pqm.bytes"))) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "after "
                                + SETTLE_NANOS_MAX / 1_000_000_000
                                + " s the daemon still has points that are in no tree");
            }
            LockSupport.parkNanos(SETTLE_POLL_NANOS);
        }
    }

    /// Bytes of all data segments, the log not among them. A checkpoint counts them: so the daemon is started again.
    ///
    /// @return empty if the daemon is not ours
    OptionalLong segmentBytes() throws IOException {
        if (!restart()) {
            return OptionalLong.empty();
        }
        try (DistilClient client = connect(DistilClientOptions.DEFAULT)) {
            return OptionalLong.of(Long.parseLong(client.status().get("segments.bytes")));
        }
    }

    /// What the daemon's process has sent to the disk so far, as the kernel counts it; log, segments and all.
    OptionalLong writtenBytes() throws IOException {
        if (child == null) {
            return OptionalLong.empty();
        }
        Optional<String> line =
                Files.readAllLines(Path.of("/proc", Long.toString(child.pid()), "io")).stream()
                        .filter(text -> text.startsWith("write_bytes: "))
                        .findFirst();
        return line.map(text -> OptionalLong.of(Long.parseLong(text.substring(text.indexOf(' ') + 1))))
                .orElse(OptionalLong.empty());
    }

    @Override
    public void close() throws IOException {
        if (child != null) {
            child.close();
        }
        if (directory != null) {
            directory.close();
        }
    }
}
