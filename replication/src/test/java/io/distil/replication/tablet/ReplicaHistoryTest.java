package io.distil.replication.tablet;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.LogPosition;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.WriteTag;
import io.distil.storage.ring.Leaks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// Members that crash, lead, lag behind, lose entries and take checkpoints from one another, in any order: in the end they are
/// equal, and what was acknowledged is what happened.
class ReplicaHistoryTest {
    private static final int HISTORIES = Integer.getInteger("distil.histories", 12);
    private static final int STEPS = 1000;
    private static final List<Integer> ALL = List.of(0, 1, 2);
    private static final List<StreamId> STREAMS = List.of(new StreamId(7, 0), new StreamId(7, 1), new StreamId(7, 2));
    private static final List<Durability> LEVELS =
            List.of(Durability.LEADER, Durability.MAJORITY, Durability.MAJORITY, Durability.ALL);

    private record Answered(Durability durability, CompletableFuture<Outcome> answer) {}

    private final Leaks leaks = new Leaks();
    private Random random;
    private FakeGroup group;
    private int leader;

    /// A member that hears little for a while, or none.
    private int absent;

    private long sequence;
    private int crashes;
    private int installations;
    private final List<Answered> answered = new ArrayList<>();

    /// Kept to the end: a mutation may wait for a long time before it is copied into the log.
    private final List<PointBatch> batches = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        leaks.assertNone();
    }

    @Test
    void replicasAreEqualAfterAnyHistory() throws IOException {
        Long pinned = Long.getLong("distil.seed");
        long first = pinned == null ? System.nanoTime() : pinned;
        for (long seed = first; seed < first + (pinned == null ? HISTORIES : 1); seed++) {
            System.out.print("replicas: -Ddistil.seed=" + seed);
            try {
                live(seed);
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("-Ddistil.seed=" + seed, e);
            }
        }
    }

    private void live(long seed) throws IOException {
        random = new Random(seed);
        group = new FakeGroup(3, random);
        leader = 0;
        absent = 3;
        sequence = 0;
        crashes = 0;
        installations = 0;
        answered.clear();
        group.openAll();
        try {
            group.lead(0);
            for (StreamId stream : STREAMS) {
                submit(
                        new Mutation.Create(
                                new StreamDescriptor(
                                        stream, "plant", Map.of("name", "s" + stream.low()), Map.of(), 1)));
            }
            submit(new Mutation.CreateTable("t"));
            group.settle(0);
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            heal();
            areEqual();
            everyAnswerIsTrue();
        } finally {
            group.close();
            batches.forEach(PointBatch::close);
            batches.clear();
        }
    }

    private void step() throws IOException {
        int member = random.nextInt(3);
        switch (random.nextInt(44)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 -> submit(mutation());
            case 10 -> elect(member);
            case 11 -> crash(member);
            case 12, 13 -> open(member);
            case 20 -> absent = random.nextInt(4);
            case 14 -> group.clock().advance(random.nextInt(1_000_000_000));
            case 15, 16 -> install(member);
            case 17, 18 -> {
                if (group.isOpen(leader)) {
                    group.raft().replicaOf(leader).checkpointFrom(group.store(leader).appliedThrough());
                }
            }
            case 19 -> {
                if (group.isOpen(member)) {
                    group.raft().replicaOf(member).checkpointNow();
                }
            }
            default -> {
                group.step(leader, 1);
                group.step(member, 1 + random.nextInt(3));
                // Some members hear less than others.
                if (member != absent || random.nextInt(8) == 0) {
                    group.raft().send(leader, member);
                }
            }
        }
    }

    private void submit(Mutation mutation) {
        if (!group.isOpen(leader)) {
            return;
        }
        Durability durability = LEVELS.get(random.nextInt(LEVELS.size()));
        WriteTag tag = random.nextBoolean() ? WriteTag.NONE : new WriteTag(1, 1, ++sequence);
        answered.add(new Answered(durability, group.store(leader).submit(mutation, tag, durability)));
    }

    private Mutation mutation() {
        StreamId stream = STREAMS.get(random.nextInt(STREAMS.size()));
        int from = random.nextInt(1000);
        TimeRange range = new TimeRange(from, from + 1 + random.nextInt(50));
        return switch (random.nextInt(12)) {
            case 0 -> new Mutation.Delete(stream, range);
            case 1 -> new Mutation.Flush(stream);
            case 2 ->
                    new Mutation.Atomic(
                            List.of(),
                            List.of(
                                    new Mutation.PutRecord(
                                            "k" + random.nextInt(4), random.nextInt(3), Optional.of(new byte[8]))));
            case 3, 4 -> {
                byte[] key = {(byte) random.nextInt(20)};
                yield new Mutation.WriteTable(
                        "t", List.of(new KeyWrite(key, KeyWrite.ALWAYS, Optional.of(new byte[30]))));
            }
            case 5 -> new Mutation.FlushTable("t");
            default -> {
                PointBatch points = new PointBatch(20);
                batches.add(points);
                for (int i = 1 + random.nextInt(20); i > 0; i--) {
                    points.append(random.nextInt(1000), random.nextInt(50));
                }
                MergePolicy[] policies = MergePolicy.values();
                yield new Mutation.Insert(stream, points.columns(), policies[random.nextInt(policies.length)]);
            }
        };
    }

    private void elect(int member) {
        if (group.isOpen(member)) {
            int missing = random.nextInt(6);
            List<Integer> asked = ALL.stream().filter(voter -> voter == member || voter != missing).toList();
            if (group.raft().elect(member, asked)) {
                leader = member;
            }
        }
    }

    private void crash(int member) {
        if (random.nextInt(3) == 0) {
            group.crash(member);
            crashes++;
        }
    }

    private void open(int member) throws IOException {
        if (!group.isOpen(member)) {
            group.open(member);
        }
    }

    private void install(int member) throws IOException {
        if (group.isOpen(leader) && group.raft().needsInstallation(leader, member)) {
            CompletableFuture<?> installed = group.raft().install(leader, member, 1 + random.nextInt(4));
            while (installed != null && !installed.isDone()) {
                group.step(member, 1);
            }
            installations += installed == null ? 0 : 1;
        }
    }

    /// Opens everybody, makes one lead, and lets all catch up.
    private void heal() throws IOException {
        for (int member : ALL) {
            open(member);
        }
        leader = 0;
        while (!group.raft().elect(leader, ALL)) {
            leader = (leader + 1) % 3;
        }
        for (int round = 0; round < 3; round++) {
            group.settle(leader);
            for (int member : ALL) {
                if (group.raft().needsInstallation(leader, member)) {
                    group.install(leader, member);
                }
            }
        }
        assertThat(group.submit(leader, new Mutation.Flush(STREAMS.getFirst()))).isCompleted();
    }

    private void areEqual() throws IOException {
        List<String> expected = dump(0);
        for (int member = 1; member < 3; member++) {
            assertThat(dump(member)).as("member %d beside member 0", member).isEqualTo(expected);
        }
    }

    private List<String> dump(int member) throws IOException {
        List<String> lines = new ArrayList<>();
        group.store(member).dump(lines::add);
        return lines;
    }

    /// What was acknowledged by a majority is there on every member; what the leader alone had acknowledged is there, or every
    /// member says that it was reverted.
    private void everyAnswerIsTrue() {
        int acknowledged = 0;
        int reverted = 0;
        for (Answered one : answered) {
            if (!one.answer().isDone() || one.answer().isCompletedExceptionally()) {
                continue;
            }
            LogPosition logged = one.answer().join().logged();
            for (int member : ALL) {
                CompletableFuture<Void> fate = group.store(member).await(logged, Durability.MAJORITY);
                group.step(member, 1);
                if (!one.durability().isLeader()) {
                    fate.join();
                } else if (fate.isCompletedExceptionally()) {
                    assertThat(fate.exceptionNow()).isInstanceOf(Refused.class).hasMessageContaining("never happened");
                    reverted += member == 0 ? 1 : 0;
                }
                assertThat(fate).as("fate of %s on member %d", logged, member).isDone();
            }
            acknowledged++;
        }
        System.out.printf(
                " %d mutations, %d acknowledged, %d of them reverted; %d crashes, %d installations%n",
                answered.size(), acknowledged, reverted, crashes, installations);
    }
}
