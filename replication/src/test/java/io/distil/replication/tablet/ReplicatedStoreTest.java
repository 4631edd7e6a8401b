package io.distil.replication.tablet;

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
import io.distil.base.api.Reverts;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.replication.log.FakeRaft;
import io.distil.storage.ring.Leaks;
import io.distil.storage.ring.SimulatedDisk;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// A store over a replicated log: what it answers at which level, what becomes of entries that are lost, and that replicas
/// are equal whatever happened to each of them.
class ReplicatedStoreTest {
    private static final StreamId ID = new StreamId(7, 7);

    private final Leaks leaks = new Leaks();
    private final long seed = Long.getLong("distil.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private FakeGroup group;

    @BeforeEach
    void open() throws IOException {
        System.out.println("replicated store: -Ddistil.seed=" + seed);
        group = new FakeGroup(3, random);
        group.openAll();
    }

    @AfterEach
    void close() throws IOException {
        group.close();
        leaks.assertNone();
    }

    private static Mutation create() {
        return new Mutation.Create(new StreamDescriptor(ID, "plant", Map.of("name", "a"), Map.of(), 1));
    }

    private static Mutation record(String key, long revision) {
        return new Mutation.Atomic(
                List.of(), List.of(new Mutation.PutRecord(key, revision, Optional.of(new byte[] {1, 2, 3}))));
    }

    private CompletableFuture<Outcome> insert(int leader, long from, int count, Durability durability) {
        try (PointBatch points = new PointBatch(count)) {
            for (int i = 0; i < count; i++) {
                points.append(from + i, random.nextInt(100));
            }
            Mutation insert = new Mutation.Insert(ID, points.columns(), MergePolicy.EQUAL);
            CompletableFuture<Outcome> answer = group.store(leader).submit(insert, WriteTag.NONE, durability);
            // Admitted, so that the points are copied.
            group.step(leader, 1);
            return answer;
        }
    }

    private List<String> dump(int member) throws IOException {
        List<String> lines = new ArrayList<>();
        group.store(member).dump(lines::add);
        return lines;
    }

    private void allAreEqual() throws IOException {
        List<String> expected = dump(0);
        for (int member = 1; member < group.memberCount(); member++) {
            assertThat(dump(member)).as("member %d beside member 0, seed %d", member, seed).isEqualTo(expected);
        }
    }

    private static void isRefused(CompletableFuture<?> answer, ErrorCode code) {
        assertThat(answer).isCompletedExceptionally();
        assertThat(answer.exceptionNow())
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void aMutationIsAnsweredWithItsPositionAndAppliedOnEveryMember() throws IOException {
        group.lead(1);
        LogPosition created = group.submit(1, create()).join().logged();
        assertThat(created.term()).isEqualTo(1);
        assertThat(FakeRaft.index(created.position())).isEqualTo(2);
        CompletableFuture<Outcome> inserted = insert(1, 0, 10, Durability.MAJORITY);
        group.settle(1);
        assertThat(inserted.join().version()).isEqualTo(new Version(0, 1));
        assertThat(inserted.join().logged().position()).isGreaterThan(created.position());
        allAreEqual();
    }

    @Test
    void onlyTheLeaderTakesMutations() throws IOException {
        group.lead(0);
        isRefused(group.submit(2, create()), ErrorCode.NOT_LEADER);
    }

    @Test
    void atLevelLeaderTheAnswerComesBeforeTheMajorityKnows() throws IOException {
        group.lead(0);
        group.submit(0, create());
        CompletableFuture<Outcome> early = insert(0, 0, 5, Durability.LEADER);
        CompletableFuture<Outcome> late = insert(0, 5, 5, Durability.MAJORITY);
        group.step(0, 5);
        assertThat(early.join().version()).isEqualTo(Version.ZERO);
        assertThat(late).isNotDone();
        CompletableFuture<Void> decided = group.store(0).await(early.join().logged(), Durability.MAJORITY);
        group.step(0, 5);
        assertThat(decided).isNotDone();
        group.settle(0);
        assertThat(decided).isCompleted();
        assertThat(late).isCompleted();
    }

    @Test
    void whatWasAnsweredEarlyAndIsLostIsReverted() throws IOException {
        group.lead(0);
        group.submit(0, create());
        List<Reverts.Revert> told = new ArrayList<>();
        group.store(0).subscribe(told::add);
        LogPosition lost;
        CompletableFuture<Outcome> inDoubt;
        {
            CompletableFuture<Outcome> early = insert(0, 0, 5, Durability.LEADER);
            inDoubt = insert(0, 5, 5, Durability.MAJORITY);
            group.step(0, 5);
            lost = early.join().logged();
        }
        assertThat(group.raft().elect(1, List.of(1, 2))).isTrue();
        group.step(1, 2);
        group.raft().send(1, 2);
        group.step(1, 2);
        insert(1, 100, 3, Durability.MAJORITY);
        group.settle(1);
        assertThat(told).singleElement().satisfies(revert -> assertThat(revert.concerns(lost)).isTrue());
        assertThat(inDoubt).isCompletedExceptionally();
        assertThat(inDoubt.exceptionNow()).isInstanceOf(IOException.class).hasMessageContaining("in doubt");
        for (int member = 0; member < 3; member++) {
            CompletableFuture<Void> fate = group.store(member).await(lost, Durability.MAJORITY);
            group.step(member, 2);
            isRefused(fate, ErrorCode.REVERTED);
        }
        allAreEqual();
        assertThat(points(0)).isEqualTo(3);
    }

    private long points(int member) throws IOException {
        try (StreamSnapshot snapshot = group.store(member).snapshot(ID, VersionSelector.LATEST);
                PointBatch batch = new PointBatch(1000);
                var points = snapshot.points(TimeRange.ALL)) {
            return points.next(batch);
        }
    }

    @Test
    void whatWasPublishedAndNeverBecameAnEntryIsCertainlyNotDone() {
        leadAndCreate();
        CompletableFuture<Outcome> inserted;
        try (PointBatch points = new PointBatch(1)) {
            points.append(1, 1);
            inserted = group.store(0).submit(new Mutation.Insert(ID, points.columns(), MergePolicy.NEVER));
            group.store(0).step(true);
        }
        group.raft().elect(1, List.of(0, 1, 2));
        group.settle(1);
        // Either it became an entry in that one step, or it was given up; both are answered.
        assertThat(inserted).isCompletedExceptionally();
    }

    private void leadAndCreate() {
        group.lead(0);
        assertThat(group.submit(0, create())).isCompleted();
    }

    @Test
    void levelAllWaitsForTheLastMember() throws IOException {
        leadAndCreate();
        CompletableFuture<Outcome> everywhere = insert(0, 0, 5, Durability.ALL);
        for (int round = 0; round < 10; round++) {
            group.step(0, 2);
            group.raft().send(0, 1);
        }
        assertThat(points(0)).as("committed and visible").isEqualTo(5);
        assertThat(everywhere).isNotDone();
        group.settle(0);
        assertThat(everywhere.join().version()).isEqualTo(new Version(0, 1));
        isRefused(insert(0, 9, 1, Durability.atLeast(4)), ErrorCode.NOT_ENOUGH_REPLICAS);
    }

    @Test
    void aLinearizableReadWaitsUntilTheLeaderKnowsThatItLeads() throws IOException {
        leadAndCreate();
        CompletableFuture<Void> barrier = group.store(0).barrier(Consistency.LINEARIZABLE);
        group.step(0, 4);
        assertThat(barrier).isNotDone();
        group.settle(0);
        assertThat(barrier).isCompleted();
        CompletableFuture<Void> onOldLeader = group.store(0).barrier(Consistency.LINEARIZABLE);
        group.raft().elect(1, List.of(1, 2));
        group.settle(1);
        isRefused(onOldLeader, ErrorCode.NOT_LEADER);
    }

    @Test
    void anUnknownStreamIsRefusedBeforeTheLogOnlyByALeaderThatKnowsThePresent() throws IOException {
        leadAndCreate();
        CompletableFuture<Outcome> unknown = group.store(0).submit(new Mutation.Flush(new StreamId(1, 2)));
        group.step(0, 1);
        isRefused(unknown, ErrorCode.NO_SUCH_STREAM);
        CompletableFuture<Outcome> onFollower = group.store(1).submit(new Mutation.Flush(new StreamId(1, 2)));
        group.step(1, 1);
        isRefused(onFollower, ErrorCode.NOT_LEADER);
    }

    @Test
    void aMemberThatWasStoppedReadsItsLogAgainAndAnswersNoReadBefore() throws IOException {
        leadAndCreate();
        for (int i = 0; i < 6; i++) {
            insert(0, 10 * i, 5, Durability.MAJORITY);
        }
        group.settle(0);
        CompletableFuture<ReplicaControl.Covered> covered = group.raft().replicaOf(2).checkpointNow();
        group.step(2, 4);
        assertThat(covered.join().replayFrom())
                .as("buffered points need the log")
                .isLessThan(covered.join().appliedThrough());
        group.crash(2);
        group.open(2);
        assertThatThrownBy(() -> group.store(2).snapshot(ID, VersionSelector.LATEST))
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_STALE));
        group.settle(0);
        assertThat(points(2)).isEqualTo(30);
        allAreEqual();
    }

    @Test
    void aFollowerWithoutMemoryWaitsForItsFlusherAndThenGoesOn() throws IOException {
        group.close();
        long budget = 1 << 16;
        group = new FakeGroup(3, random, budget);
        group.openAll();
        leadAndCreate();
        long most = 0;
        for (int i = 0; i < 40; i++) {
            insert(0, 300L * i, 300, Durability.MAJORITY);
            for (int round = 0; round < 4; round++) {
                group.step(0, 2);
                group.step(1, 2);
                group.raft().send(0, 1);
                group.raft().send(0, 2);
                // Its flusher gets no time.
                group.store(2).step(true);
                most = Math.max(most, group.store(2).metrics().bufferedBytes());
            }
        }
        assertThat(most).isBetween(budget, 2 * budget);
        assertThat(group.store(2).appliedThrough()).isLessThan(group.store(1).appliedThrough());
        group.settle(0);
        group.settle(0);
        allAreEqual();
        assertThat(group.store(2).appliedThrough()).isEqualTo(group.store(0).appliedThrough());
    }

    /// The log hands over the whole entry again, although the checkpoint is behind its last command; and that this one was a
    /// repetition is not remembered any more.
    @Test
    void aBatchThatTheCheckpointEndsInIsNotAppliedTwice() throws IOException {
        leadAndCreate();
        try (PointBatch points = new PointBatch(1)) {
            points.append(1, 1);
            Mutation insert = new Mutation.Insert(ID, points.columns(), MergePolicy.NEVER);
            WriteTag tag = new WriteTag(5, 6, 1);
            group.store(0).submit(insert, tag);
            group.store(0).submit(new Mutation.Flush(ID));
            CompletableFuture<Outcome> repetition = group.store(0).submit(insert, tag);
            group.settle(0);
            assertThat(repetition).isCompleted();
        }
        CompletableFuture<ReplicaControl.Covered> covered = group.raft().replicaOf(2).checkpointNow();
        group.step(2, 4);
        long through = covered.join().appliedThrough();
        assertThat(covered.join().replayFrom()).isEqualTo(through + 1);
        assertThat(FakeRaft.index(through + 1)).as("in one batch").isEqualTo(FakeRaft.index(through));
        group.crash(2);
        group.open(2);
        group.settle(0);
        assertThat(points(2)).isEqualTo(1);
        allAreEqual();
    }

    @Test
    void aMemberWhoseEntriesAreGoneTakesTheLeadersCheckpoint() throws IOException {
        leadAndCreate();
        fallBehind(2);
        StreamSnapshot before = group.store(2).snapshot(ID, VersionSelector.LATEST);
        group.install(0, 2);
        allAreEqual();
        assertThat(group.store(2).status()).containsEntry("store.home", "installed-1");
        try (PointBatch batch = new PointBatch(10);
                var points = before.points(TimeRange.ALL)) {
            assertThat(points.next(batch)).as("a snapshot held since before").isZero();
        }
        assertThat(group.disk(2).exists("distil.store")).as("the old home while it is read").isTrue();
        before.close();
        group.step(2, 2);
        assertThat(group.disk(2).exists("distil.store")).isFalse();
        insert(0, 5000, 7, Durability.MAJORITY);
        group.settle(0);
        group.crash(2);
        group.open(2);
        group.settle(0);
        allAreEqual();
    }

    /// Does so much without this member that the leader forgets the entries it needs.
    private void fallBehind(int member) throws IOException {
        int other = 3 - member;
        for (int i = 0; !group.raft().needsInstallation(0, member); i++) {
            insert(0, 10L * i, 10, Durability.MAJORITY);
            group.store(0).submit(new Mutation.Flush(ID));
            group.store(0).submit(record("r" + i, 0));
            for (int round = 0; round < 6; round++) {
                group.step(0, 3);
                group.step(other, 3);
                group.raft().send(0, other);
            }
            group.raft().replicaOf(0).checkpointNow();
            group.step(0, 4);
            assertThat(i).isLessThan(50);
        }
    }

    @Test
    void anInstallationCrashedAtEveryStepLeavesTheOldStateOrTheNew() throws IOException {
        leadAndCreate();
        fallBehind(2);
        int crashes = 0;
        for (int step = 0; ; step++) {
            group.disk(2).cutPowerAfter(step);
            try {
                CompletableFuture<?> installed = group.raft().install(0, 2, 1 + random.nextInt(3));
                for (int i = 0; installed != null && !installed.isDone() && i < 10; i++) {
                    group.step(2, 1);
                }
                if (group.disk(2).isPowered() && installed != null) {
                    break;
                }
            } catch (IOException e) {
                assertThat(group.disk(2).isPowered()).as("%s, seed %d", e, seed).isFalse();
            }
            if (!group.disk(2).isPowered()) {
                crashes++;
                group.crash(2);
                group.open(2);
                group.settle(0);
                if (!group.raft().needsInstallation(0, 2)) {
                    break;
                }
            }
        }
        group.disk(2).cutPowerAfter(Long.MAX_VALUE);
        group.settle(0);
        allAreEqual();
        assertThat(crashes).isGreaterThan(2);
    }

    @Test
    void chunksThatAreThereAreNotAskedForAgain() throws IOException {
        leadAndCreate();
        fallBehind(2);
        try (var source = group.raft().replicaOf(0).openCheckpoint()) {
            List<?> all;
            try (var installation = group.raft().replicaOf(2).beginInstallation(source.image())) {
                all = installation.missing();
                installation.put(source.read(installation.missing().getFirst()));
            }
            group.store(2).close();
            group.raft().stop(2);
            group.open(2);
            try (var installation = group.raft().replicaOf(2).beginInstallation(source.image())) {
                assertThat(installation.missing()).hasSize(all.size() - 1);
            }
        }
    }

    @Test
    void aSingleNodeBecomesTheFirstMember() throws IOException {
        group.close();
        SimulatedDisk disk = new SimulatedDisk(3);
        group = new FakeGroup(3, random);
        group.setDisk(0, disk);
        try (LocalStore single =
                LocalStore.open(
                        disk,
                        group.options(),
                        group.clock(),
                        LocalStore.Driving.STEPPED,
                        AppliedListener.NONE,
                        LogOpener.local(FakeGroup.JOURNAL))) {
            single.submit(create());
            try (PointBatch points = new PointBatch(3)) {
                points.append(1, 1).append(2, 2).append(3, 3);
                single.submit(new Mutation.Insert(ID, points.columns(), MergePolicy.NEVER));
                single.step(true);
            }
            while (!single.isSettled()) {
                single.step(true);
            }
            assertThat(single.appliedThrough()).isEqualTo(2);
        }
        group.openAll();
        group.raft().setVoters(List.of(0));
        group.lead(0);
        assertThat(points(0)).isEqualTo(3);
        insert(0, 10, 4, Durability.MAJORITY);
        group.settle(0);
        long beginning = group.store(0).appliedThrough();
        CompletableFuture<ReplicaControl.Covered> ready = group.raft().replicaOf(0).checkpointFrom(beginning);
        group.settle(0);
        assertThat(ready.join().replayFrom()).as("nobody else has the single node's journal").isGreaterThan(2);
        for (int member = 1; member < 3; member++) {
            assertThat(group.raft().needsInstallation(0, member)).isTrue();
            group.install(0, member);
        }
        group.raft().setVoters(List.of(0, 1, 2));
        insert(0, 20, 4, Durability.ALL);
        group.settle(0);
        allAreEqual();
        assertThat(points(1)).isEqualTo(11);
    }
}
