package io.distil.integration.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.VersionSelector;
import io.distil.daemon.server.Daemon;
import io.distil.daemon.server.ServerConfig;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;
import io.distil.storage.ring.Leaks;
import io.distil.wire.client.DistilClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What was opened in this process is gone when it is closed: descriptors, threads, and every byte outside the heap.
class NothingLeftTest {
    private static final StreamId ID = new StreamId(5, 5);

    @TempDir private Path data;

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive())
                .map(thread -> thread.threadId() + " " + thread.getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Threads end a moment after their owner has let go of them.
    private static void assertNoThreadMoreThan(Set<String> before) throws InterruptedException {
        Set<String> more = threads();
        for (int i = 0; i < 100 && !before.containsAll(more); i++) {
            Thread.sleep(50);
            more = threads();
        }
        more.removeAll(before);
        assertThat(more).as("threads left").isEmpty();
    }

    private static void use(StreamStore store) throws IOException {
        store.submit(new Mutation.Create(new StreamDescriptor(ID, "c", Map.of("name", "n"), Map.of(), 1))).join();
        try (PointBatch batch = new PointBatch(20_000)) {
            for (int i = 0; i < batch.capacity(); i++) {
                batch.append(1000L * i, i);
            }
            store.submit(new Mutation.Insert(ID, batch.columns(), MergePolicy.NEVER)).join();
            store.submit(new Mutation.Flush(ID)).join();
            store.submit(new Mutation.Insert(ID, batch.columns(), MergePolicy.REPLACE)).join();
        }
        try (StreamSnapshot snapshot = store.snapshot(ID, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(1000)) {
            assertThat(cursor.next(batch)).isEqualTo(1000);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DiskChoice.class,
            names = {"AUTO", "FILE_CHANNEL"})
    void ofAStore(DiskChoice choice) throws Exception {
        Set<String> threads = threads();
        Leaks leaks = new Leaks();
        try (LocalStore store =
                LocalStore.open(Disks.open(data, choice), LocalStoreOptions.DEFAULT, NanoClock.SYSTEM)) {
            use(store);
        }
        leaks.assertNone();
        assertNoThreadMoreThan(threads);
    }

    @Test
    void ofADaemonAndItsClients() throws Exception {
        // Netty and the HTTP server keep threads and classes for the whole process: these are made the first time.
        runDaemon(data.resolve("warm-up"));
        Set<String> threads = threads();
        Leaks leaks = new Leaks();
        runDaemon(data.resolve("measured"));
        leaks.assertNone();
        assertNoThreadMoreThan(threads);
    }

    private static void runDaemon(Path directory) throws IOException {
        ServerConfig config = ServerConfig.defaults().withData(directory).withListen("127.0.0.1:0", "127.0.0.1:0");
        try (Daemon daemon = Daemon.start(config);
                DistilClient client = DistilClient.connect("127.0.0.1", daemon.address().getPort())) {
            use(client);
        }
    }
}
