package io.distil.replication.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.StreamId;
import io.distil.base.Version;
import io.distil.base.api.Durability;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.WriteTag;
import io.distil.replication.raft.TestCluster.TestNode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class RaftGroupTest {
    @TempDir Path directory;

    static StreamId create(TestNode node, int number) throws Exception {
        StreamId id = new StreamId(7, number);
        node.store()
                .submit(
                        new Mutation.Create(
                                new StreamDescriptor(
                                        id, "test/raft", Map.of("n", Integer.toString(number)), Map.of(), 1)),
                        WriteTag.NONE,
                        Durability.MAJORITY)
                .get(10, TimeUnit.SECONDS);
        return id;
    }

    static CompletableFuture<Outcome> insert(TestNode node, StreamId id, long time, Durability durability) {
        PointBatch points = new PointBatch(1).append(time, time);
        return node.store()
                .submit(new Mutation.Insert(id, points.columns(), MergePolicy.REPLACE), WriteTag.NONE, durability)
                .whenComplete((outcome, failure) -> points.close());
    }

    @Test
    void whatOneNodeIsGivenAllHave() throws Exception {
        try (TestCluster cluster = TestCluster.of(directory, 3)) {
            TestNode leader = cluster.leader();
            StreamId id = create(leader, 1);
            List<CompletableFuture<Outcome>> writes = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                writes.add(insert(leader, id, i, Durability.MAJORITY));
            }
            for (CompletableFuture<Outcome> write : writes) {
                assertThat(write.get(10, TimeUnit.SECONDS).version()).isNotEqualTo(Version.ZERO);
            }
            long end = leader.appliedThrough();
            for (TestNode node : cluster.nodes.values()) {
                TestCluster.await(node.name + " to have all", () -> node.appliedThrough() >= end);
                assertThat(node.store().info(id)).isEqualTo(leader.store().info(id));
            }
        }
    }
}
