package io.distil.replication.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.LogPosition;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.Reverts;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.replication.raft.TestCluster.TestNode;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// One cluster for all tests, each with a stream of its own: a cluster takes seconds to begin and to end.
class RaftGroupTest {
    private static final Map<String, StallingDisk> DISKS = new ConcurrentHashMap<>();
    private static final Partitions PARTITIONS = new Partitions();
    private static TestCluster cluster;
    private static int streamCount;

    @BeforeAll
    static void openCluster(@TempDir Path directory) throws IOException {
        cluster =
                TestCluster.empty(
                        directory,
                        TestCluster.smallStore(256L << 20),
                        (name, disk) -> {
                            DISKS.put(name, new StallingDisk(disk));
                            return DISKS.get(name);
                        });
        cluster.add("n1").create();
        cluster.grow(3);
    }

    @AfterAll
    static void closeCluster() throws IOException {
        cluster.close();
        PARTITIONS.close();
    }

    private static StreamId create(TestNode node) throws Exception {
        return create(node, ++streamCount);
    }

    static StreamId create(TestNode node, int number) throws Exception {
        StreamId id = new StreamId(7, number);
        StreamDescriptor descriptor =
                new StreamDescriptor(id, "test/raft", Map.of("n", Integer.toString(number)), Map.of(), 1);
        get(node.store().submit(new Mutation.Create(descriptor), WriteTag.NONE, Durability.MAJORITY));
        return id;
    }

    static CompletableFuture<Outcome> insert(TestNode node, StreamId id, long time, Durability durability) {
        return insert(node, id, time, 1, durability);
    }

    /// Points at `[from, from + count)`.
    static CompletableFuture<Outcome> insert(TestNode node, StreamId id, long from, int count, Durability durability) {
        PointBatch points = new PointBatch(count);
        for (int i = 0; i < count; i++) {
            points.append(from + i, from + i);
        }
        return node.store()
                .submit(new Mutation.Insert(id, points.columns(), MergePolicy.REPLACE), WriteTag.NONE, durability)
                .whenComplete((outcome, failure) -> points.close());
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    static Map<Long, Double> points(TestNode node, StreamId id) throws IOException {
        Map<Long, Double> found = new TreeMap<>();
        try (StreamSnapshot snapshot = node.store().snapshot(id, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(1024)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    found.put(batch.time(i), batch.value(i));
                }
            }
        }
        return found;
    }

    /// Everything a node says of its streams: what must be the same on all.
    static Map<StreamInfo, Map<Long, Double>> state(TestNode node) throws IOException {
        Map<StreamInfo, Map<Long, Double>> state = new LinkedHashMap<>();
        List<StreamInfo> streams = new ArrayList<>();
        try (StreamCursor cursor = node.store().find(StreamFilter.ALL)) {
            for (List<StreamInfo> page = cursor.next(100); !page.isEmpty(); page = cursor.next(100)) {
                streams.addAll(page);
            }
        }
        for (StreamInfo stream : streams) {
            state.put(stream, points(node, stream.descriptor().id()));
        }
        return state;
    }

    /// Waits until all nodes have applied what the leader has, and compares them.
    static void allAreEqual(TestCluster cluster) throws Exception {
        TestNode leader = cluster.leader();
        get(leader.store().barrier(Consistency.LINEARIZABLE));
        long end = leader.appliedThrough();
        Map<StreamInfo, Map<Long, Double>> wanted = state(leader);
        for (TestNode node : cluster.nodes.values()) {
            TestCluster.await(node.name + " to have applied " + end, () -> node.appliedThrough() >= end);
            get(node.store().barrier(Consistency.LINEARIZABLE));
            assertThat(state(node)).as(node.name).isEqualTo(wanted);
        }
    }

    @Test
    void whatOneNodeIsGivenAllHave() throws Exception {
        TestNode leader = cluster.leader();
        StreamId id = create(leader);
        List<CompletableFuture<Outcome>> writes = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            writes.add(insert(leader, id, i, Durability.MAJORITY));
        }
        for (CompletableFuture<Outcome> write : writes) {
            assertThat(get(write).version()).isNotEqualTo(Version.ZERO);
        }
        allAreEqual(cluster);
        assertThat(points(leader, id)).hasSize(1000);
    }

    @Test
    void aFollowerRefusesWritesAndNamesTheLeader() throws Exception {
        TestNode leader = cluster.leader();
        StreamId id = create(leader);
        TestNode follower = cluster.followers().getFirst();
        TestCluster.await("the stream", () -> follower.appliedThrough() >= leader.appliedThrough());
        assertThatThrownBy(() -> get(insert(follower, id, 1, Durability.MAJORITY)))
                .cause()
                .isInstanceOfSatisfying(
                        Refused.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.NOT_LEADER);
                            assertThat(e).hasMessageContaining("is " + leader.name + " at 127.0.0.1:1");
                        });
    }

    @Test
    void aLinearizableReadOfAFollowerShowsWhatWasAcknowledgedBefore() throws Exception {
        TestNode leader = cluster.leader();
        StreamId id = create(leader);
        for (int i = 0; i < 50; i++) {
            get(insert(leader, id, i, Durability.MAJORITY));
            TestNode follower = cluster.followers().get(i % 2);
            get(follower.store().barrier(Consistency.LINEARIZABLE));
            assertThat(points(follower, id)).hasSize(i + 1);
        }
    }

    @Test
    void durabilityOfAllWaitsForEveryMember() throws Exception {
        TestNode leader = cluster.leader();
        StreamId id = create(leader);
        TestNode away = cluster.followers().getFirst();
        away.close();
        CompletableFuture<Outcome> onAll = insert(leader, id, 1, Durability.ALL);
        get(insert(leader, id, 2, Durability.MAJORITY));
        assertThat(onAll).isNotDone();
        away.open();
        get(onAll);
    }

    @Test
    void whenTheLeaderDiesNothingThatAMajorityHadIsLost() throws Exception {
        StreamId id = create(cluster.leader());
        Map<Long, Double> acknowledged = new TreeMap<>();
        long time = 0;
        for (int round = 0; round < 3; round++) {
            TestNode leader = cluster.leader();
            List<CompletableFuture<Outcome>> writes = new ArrayList<>();
            long from = time;
            for (int i = 0; i < 300; i++) {
                writes.add(insert(leader, id, time++, Durability.MAJORITY));
            }
            get(writes.get(100));
            leader.kill();
            for (int i = 0; i < writes.size(); i++) {
                if (isAcknowledged(writes.get(i))) {
                    acknowledged.put(from + i, (double) (from + i));
                }
            }
            TestNode next = cluster.leader();
            assertThat(next).isNotSameAs(leader);
            get(insert(next, id, time, Durability.MAJORITY));
            acknowledged.put(time, (double) time++);
            leader.open();
        }
        assertThat(acknowledged.size()).isGreaterThan(300);
        allAreEqual(cluster);
        assertThat(points(cluster.leader(), id)).containsAllEntriesOf(acknowledged);
    }

    private static boolean isAcknowledged(CompletableFuture<Outcome> write) throws Exception {
        try {
            get(write);
            return true;
        } catch (ExecutionException e) {
            return false;
        }
    }

    @Test
    void whatOnlyADeposedLeaderHadIsReportedAsReverted() throws Exception {
        TestNode old = cluster.leader();
        StreamId id = create(old);
        Queue<Reverts.Revert> reverts = new ConcurrentLinkedQueue<>();
        old.store().subscribe(reverts::add);

        PARTITIONS.isolate(old.name);
        Outcome early = get(insert(old, id, 1, Durability.LEADER));
        assertThat(early.version()).isEqualTo(Version.ZERO);
        LogPosition position = early.logged();
        CompletableFuture<Void> fate = old.store().await(position, Durability.MAJORITY);
        TestNode next =
                TestCluster.await(
                        "another leader",
                        () ->
                                cluster.nodes.values().stream()
                                        .filter(node -> node != old && node.isWritable())
                                        .findFirst()
                                        .orElse(null));
        get(insert(next, id, 2, Durability.MAJORITY));
        PARTITIONS.heal();

        assertThatThrownBy(() -> get(fate))
                .cause()
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REVERTED));
        assertThatThrownBy(() -> get(next.store().await(position, Durability.MAJORITY)))
                .cause()
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REVERTED));
        TestCluster.await("the revert", () -> reverts.stream().anyMatch(revert -> revert.concerns(position)));
        allAreEqual(cluster);
        assertThat(points(next, id)).containsOnlyKeys(2L);
    }

    @Test
    void aMemberThatWasAwayGetsWhatItMissed() throws Exception {
        TestNode leader = cluster.leader();
        StreamId id = create(leader);
        TestNode away = cluster.followers().getFirst();
        away.close();
        for (int i = 0; i < 200; i++) {
            get(insert(leader, id, 100L * i, 100, Durability.MAJORITY));
        }
        away.open();
        allAreEqual(cluster);
    }

    @Test
    void everythingIsThereAfterARestartOfAll() throws Exception {
        StreamId id = create(cluster.leader());
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 50; i++) {
                get(insert(cluster.leader(), id, 1000L * round + i, Durability.MAJORITY));
            }
            if (round % 2 == 0) {
                cluster.onAll(TestNode::kill);
            } else {
                cluster.onAll(TestNode::close);
            }
            cluster.onAll(TestNode::open);
            allAreEqual(cluster);
            assertThat(points(cluster.leader(), id)).hasSize(50 * (round + 1));
        }
    }

    @Test
    void leadershipGoesWhereItIsSent() throws Exception {
        StreamId id = create(cluster.leader());
        TestNode target = cluster.followers().getFirst();
        cluster.leader().node.admin(TestCluster.GROUP).transferLeader(target.name);
        TestCluster.await("the new leader", target::isWritable);
        get(insert(target, id, 1, Durability.MAJORITY));
        assertThat(target.node.admin(TestCluster.GROUP).status().leader()).isEqualTo(target.name);
    }

    @Test
    void aLeaderWhoseDiskStallsGivesItsLeadershipUp() throws Exception {
        TestNode stalled = cluster.leader();
        StreamId id = create(stalled);
        DISKS.get(stalled.name).setStalled(true);
        try {
            // Large enough for the journal: small ones lie in Raft's log, which this disk does not carry.
            CompletableFuture<Outcome> caught = insert(stalled, id, 1, 10_000, Durability.MAJORITY);
            TestNode next =
                    TestCluster.await(
                            "another leader",
                            () ->
                                    cluster.nodes.values().stream()
                                            .filter(node -> node != stalled && node.isWritable())
                                            .findFirst()
                                            .orElse(null));
            get(insert(next, id, 2, 10_000, Durability.MAJORITY));
            assertThat(caught).isNotDone();
        } finally {
            DISKS.get(stalled.name).setStalled(false);
        }
        allAreEqual(cluster);
    }
}
