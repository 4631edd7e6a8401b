package io.distil.replication.raft;

import static io.distil.replication.raft.RaftGroupTest.allAreEqual;
import static io.distil.replication.raft.RaftGroupTest.create;
import static io.distil.replication.raft.RaftGroupTest.get;
import static io.distil.replication.raft.RaftGroupTest.insert;
import static io.distil.replication.raft.RaftGroupTest.points;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.base.api.Durability;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.WriteTag;
import io.distil.replication.raft.TestCluster.TestNode;
import io.distil.replication.tablet.LocalStore;
import io.distil.replication.tablet.LocalStoreOptions;
import io.distil.replication.tablet.ReplicaControl;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/// A member that lacks more than the leader's log still has.
class RaftInstallationTest {
    @TempDir Path directory;

    private static ReplicaControl replica(TestNode node) {
        return node.node.existing(TestCluster.GROUP).opening().replica();
    }

    /// Writes until the leader's log begins behind `index`.
    private static void writeUntilLogIsCut(TestNode leader, StreamId id, long index, long from) throws Exception {
        long time = from;
        while (leader.member().firstIndex() <= index) {
            for (int i = 0; i < 40; i++) {
                get(insert(leader, id, time++, Durability.MAJORITY));
            }
            get(leader.store().submit(new Mutation.Flush(id), WriteTag.NONE, Durability.MAJORITY));
            get(replica(leader).checkpointNow());
        }
    }

    /// Incompressible points.
    private static void fill(TestNode leader, StreamId id, int batchCount) throws Exception {
        Random random = new Random(1);
        for (int b = 0; b < batchCount; b++) {
            try (PointBatch points = new PointBatch(20_000)) {
                for (int i = 0; i < points.capacity(); i++) {
                    points.append(1_000_000_000L * b + 50_000L * i + random.nextInt(50_000), random.nextDouble());
                }
                get(
                        leader.store()
                                .submit(
                                        new Mutation.Insert(id, points.columns(), MergePolicy.REPLACE),
                                        WriteTag.NONE,
                                        Durability.MAJORITY));
            }
        }
        get(leader.store().submit(new Mutation.Flush(id), WriteTag.NONE, Durability.MAJORITY));
    }

    @Test
    void aMemberThatLagsBehindTheLogIsGivenTheLeadersCheckpoint() throws Exception {
        try (TestCluster cluster = TestCluster.of(directory, 3)) {
            TestNode leader = cluster.leader();
            StreamId id = create(leader, 1);
            TestNode away = cluster.followers().getFirst();
            long last = away.member().flushIndex();
            away.close();
            writeUntilLogIsCut(leader, id, last + 10, 0);
            away.open();
            allAreEqual(cluster);
            assertThat(away.home().resolve("installed-1")).isDirectory();

            // And it goes on from there, also after a restart.
            get(insert(cluster.leader(), id, 1_000_000, Durability.ALL));
            away.close();
            away.open();
            allAreEqual(cluster);
        }
    }

    @Test
    void aNodeWithAnEmptyDiskComesBackAsAnotherPeer() throws Exception {
        try (TestCluster cluster = TestCluster.of(directory, 3)) {
            TestNode leader = cluster.leader();
            StreamId id = create(leader, 1);
            fill(leader, id, 5);
            writeUntilLogIsCut(leader, id, leader.member().flushIndex(), 0);
            TestNode wiped = cluster.followers().getFirst();
            String oldPeer = wiped.node.identity().peer();
            wiped.kill();
            delete(wiped.home());

            wiped.open();
            assertThat(wiped.node.identity().peer()).isNotEqualTo(oldPeer).startsWith(wiped.name + "-");
            assertThat(wiped.node.groups()).isEmpty();
            cluster.leader().node.admin(TestCluster.GROUP).add(wiped.node.self(), System.out::println);
            allAreEqual(cluster);
            assertThat(cluster.leader().node.admin(TestCluster.GROUP).nodes())
                    .hasSize(3)
                    .extracting(node -> node.peer())
                    .contains(wiped.node.identity().peer())
                    .doesNotContain(oldPeer);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> found = Files.walk(directory)) {
            for (Path path : found.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void anInterruptedInstallationGoesOnWhereItStopped() throws Exception {
        try (TestCluster cluster = TestCluster.of(directory, 3)) {
            TestNode leader = cluster.leader();
            StreamId id = create(leader, 1);
            TestNode away = cluster.followers().getFirst();
            long last = away.member().flushIndex();
            away.close();
            fill(leader, id, 30);
            writeUntilLogIsCut(leader, id, last + 10, 0);

            Path progress = away.home().resolve("installed-1/transfer");
            for (int interruption = 1; interruption <= 2; interruption++) {
                long pages = 2L * interruption;
                away.open();
                TestCluster.await("some chunks", () -> Files.exists(progress) && Files.size(progress) > pages * 4096);
                away.kill();
            }
            long received = Files.size(progress) / 4096 - 1;
            away.open();
            allAreEqual(cluster);
            assertThat(received).isGreaterThan(3);
            assertThat(points(away, id)).hasSizeGreaterThan(500_000);
        }
    }

    @Test
    void aSingleNodeBecomesTheFirstOfACluster() throws Exception {
        LocalStoreOptions options = TestCluster.smallStore(256L << 20);
        Path home = directory.resolve("n1");
        Files.createDirectories(home);
        StreamId id = new StreamId(7, 1);
        try (LocalStore single =
                LocalStore.open(Disks.open(home, DiskChoice.FILE_CHANNEL), options, NanoClock.SYSTEM)) {
            StreamDescriptor descriptor = new StreamDescriptor(id, "test/raft", Map.of("n", "1"), Map.of(), 1);
            get(single.submit(new Mutation.Create(descriptor), WriteTag.NONE, Durability.MAJORITY));
            for (int i = 0; i < 100; i++) {
                try (PointBatch points = new PointBatch(1).append(i, i)) {
                    get(
                            single.submit(
                                    new Mutation.Insert(id, points.columns(), MergePolicy.REPLACE),
                                    WriteTag.NONE,
                                    Durability.MAJORITY));
                }
            }
        }
        try (TestCluster cluster = TestCluster.empty(directory, options)) {
            TestNode first = cluster.add("n1");
            first.create();
            assertThat(points(cluster.leader(), id)).hasSize(100);
            get(insert(first, id, 1000, Durability.MAJORITY));

            // The old log is needed once more, or just not any more.
            first.kill();
            first.open();
            assertThat(points(cluster.leader(), id)).hasSize(101);

            cluster.grow(3);
            get(insert(cluster.leader(), id, 1001, Durability.ALL));
            allAreEqual(cluster);
            cluster.onAll(TestNode::close);
            cluster.onAll(TestNode::open);
            allAreEqual(cluster);
            assertThat(points(cluster.leader(), id)).hasSize(102);
            TestCluster.await(
                    "the old log to go",
                    () -> {
                        get(insert(cluster.leader(), id, 1002, Durability.MAJORITY));
                        get(replica(first).checkpointNow());
                        return home.resolve("log").toFile().list().length == 0;
                    });
        }
    }
}
