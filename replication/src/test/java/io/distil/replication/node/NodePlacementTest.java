package io.distil.replication.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.ClusterAdmin.Operation;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamKey;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/// A cluster of one node with two groups: tablets move between two real Raft logs, by the operations that a client asks for.
class NodePlacementTest {
    private static final StreamId LOW = new StreamId(1, 1);
    private static final StreamId HIGH = new StreamId(Long.MIN_VALUE | 1, 1);

    @TempDir Path directory;

    private NodeStore open() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        ClusterMap.Node self = new ClusterMap.Node("n1", "", "127.0.0.1:1", "127.0.0.1:" + port, "");
        NodeDirectory directories =
                new NodeDirectory() {
                    @Override
                    public Disk open(String path) throws IOException {
                        Path at = directory.resolve(path);
                        Files.createDirectories(at);
                        return Disks.open(at, DiskChoice.FILE_CHANNEL);
                    }

                    @Override
                    public File file(String path) {
                        return directory.resolve(path).toFile();
                    }

                    @Override
                    public boolean hasStore(String path) {
                        return Files.exists(directory.resolve(path).resolve("distil.store"));
                    }

                    @Override
                    public void deleteStore(String path) {
                        throw new AssertionError("nothing is left here");
                    }
                };
        return NodeStore.open(
                new NodeOptions(self, "127.0.0.1", LocalStoreOptions.DEFAULT, 300),
                directories,
                NanoClock.SYSTEM,
                node -> {
                    throw new IOException("there is no other node");
                });
    }

    @Test
    void tabletsOfStreamsAndTablesMoveToAnotherGroupAndStayReadable() throws Exception {
        try (NodeStore node = open()) {
            node.found();
            awaitLeader(node, 1);
            submit(node, new Mutation.CreateTable("t"));
            create(node, LOW, "low");
            create(node, HIGH, "high");
            insert(node, LOW, 10);
            insert(node, HIGH, 20);
            put(node, "a", "1");
            put(node, "z", "2");
            List<String> said = new ArrayList<>();
            node.run(new Operation.CreateGroup(List.of("n1")), said::add);
            awaitLeader(node, 2);

            node.run(new Operation.Split(1, StreamKey.first(HIGH)), said::add);
            ClusterMap.Tablet high = node.clusterMap().tablet(ClusterMap.STREAMS, StreamKey.first(HIGH)).orElseThrow();
            node.run(new Operation.Move(high.id(), 2), said::add);
            long whole = node.clusterMap().tablet("t", bytes("a")).orElseThrow().id();
            node.run(new Operation.Split(whole, bytes("m")), said::add);
            ClusterMap.Tablet right = node.clusterMap().tablet("t", bytes("z")).orElseThrow();
            node.run(new Operation.Move(right.id(), 2), said::add);

            assertThat(node.clusterMap().tablet("t", bytes("z")).orElseThrow().group()).isEqualTo(2);
            assertThat(node.clusterMap().tablet(ClusterMap.STREAMS, StreamKey.first(LOW)).orElseThrow().group())
                    .isEqualTo(1);
            insert(node, HIGH, 30);
            put(node, "z", "3");
            assertThat(count(node, LOW)).isEqualTo(1);
            assertThat(count(node, HIGH)).isEqualTo(2);
            assertThat(get(node, "z", new KeyRange(bytes("m"), null))).isEqualTo("3");
            assertThat(get(node, "a", new KeyRange(bytes("a"), bytes("m")))).isEqualTo("1");
            assertThat(node.collections("")).containsExactly("c");
            assertThatThrownBy(() -> node.run(new Operation.Merge(whole, right.id()), said::add))
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("lie in groups 1 and 2");
        }
    }

    private static void awaitLeader(NodeStore node, int group) throws Exception {
        for (int i = 0; i < 200 && !node.leads(group); i++) {
            Thread.sleep(100);
        }
        assertThat(node.leads(group)).as("group %d has a leader", group).isTrue();
    }

    /// A leader just elected takes mutations a moment later, when it has applied its predecessor's.
    private static void submit(NodeStore node, Mutation mutation) throws Exception {
        for (int i = 0; ; i++) {
            try {
                node.submit(mutation).join();
                return;
            } catch (CompletionException e) {
                if (i == 100) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    private static void create(NodeStore node, StreamId id, String name) {
        node.submit(new Mutation.Create(new StreamDescriptor(id, "c", Map.of("name", name), Map.of(), 1))).join();
    }

    private static void insert(NodeStore node, StreamId id, long time) {
        try (PointBatch batch = new PointBatch(1)) {
            batch.append(time, time);
            node.submit(new Mutation.Insert(id, batch.columns(), MergePolicy.NEVER)).join();
        }
    }

    private static long count(NodeStore node, StreamId id) throws IOException {
        try (StreamSnapshot snapshot = node.snapshot(id, VersionSelector.LATEST);
                var cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(10)) {
            return cursor.next(batch);
        }
    }

    private static void put(NodeStore node, String key, String value) {
        node.submit(new Mutation.WriteTable("t", List.of(KeyWrite.set(bytes(key), bytes(value))))).join();
    }

    private static String get(NodeStore node, String key, KeyRange range) throws IOException {
        try (TableSnapshot rows = node.tableSnapshot("t", VersionSelector.LATEST, range)) {
            return new String(rows.get(bytes(key)).orElseThrow().value(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
