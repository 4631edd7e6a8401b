package io.distil.integration.simulation.replicas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// Who writes and reads through the replicas, and what each was promised. An answer is checked in the moment it comes, by what
/// all members together hold on their disks.
final class Clients {
    /// A mutation, sent under one tag until it is answered or given up.
    private record Request(Mutation mutation, WriteTag tag, Durability durability) {}

    /// What was acknowledged on the leader's disk alone.
    private record Early(WriteTag tag, LogPosition logged, Replica replica, int life) {}

    private static final int CLIENT_COUNT = 3;

    private final Random random;
    private final Timeline timeline;
    private final List<Replica> replicas;
    private final Deque<Request> repeated = new ArrayDeque<>();
    private final List<Early> early = new ArrayList<>();
    private final long[] sequences = new long[CLIENT_COUNT];
    private AssertionError broken;
    private long acknowledgedThrough;
    private int unanswered;
    private long acknowledged;
    private long reads;
    private long reverted;

    Clients(Random random, Timeline timeline, List<Replica> replicas) {
        this.random = random;
        this.timeline = timeline;
        this.replicas = replicas;
    }

    long acknowledged() {
        return acknowledged;
    }

    long reads() {
        return reads;
    }

    /// Writes acknowledged early that did not come to be.
    long reverted() {
        return reverted;
    }

    boolean isIdle() {
        return unanswered == 0 && repeated.isEmpty();
    }

    @Override
    public String toString() {
        return unanswered + " mutations unanswered, " + repeated.size() + " to be sent again";
    }

    void write(Mutation mutation, Replica to) {
        int client = random.nextInt(CLIENT_COUNT);
        WriteTag tag = new WriteTag(1, client, ++sequences[client]);
        Durability durability =
                switch (random.nextInt(8)) {
                    case 0, 1 -> Durability.LEADER;
                    case 2 -> Durability.ALL;
                    case 3 -> Durability.atLeast(1 + random.nextInt(replicas.size()));
                    default -> Durability.MAJORITY;
                };
        boolean isTagged = durability.isLeader() || random.nextInt(4) > 0;
        send(new Request(mutation, isTagged ? tag : WriteTag.NONE, durability), to);
    }

    /// Sends again, perhaps elsewhere, what was not taken or is in doubt.
    void repeatOne(Replica to) {
        Request request = repeated.poll();
        if (request != null) {
            send(request, to);
        }
    }

    private void send(Request request, Replica to) {
        unanswered++;
        int life = to.life();
        CompletableFuture<Outcome> future = to.store().submit(request.mutation(), request.tag(), request.durability());
        future.whenComplete((outcome, failure) ->
                noting(() -> {
                    unanswered--;
                    if (failure == null) {
                        answered(request, outcome, to, life);
                    } else {
                        failed(request, failure);
                    }
                }));
    }

    /// A future swallows what its callbacks throw; this keeps it.
    private void noting(Runnable check) {
        try {
            check.run();
        } catch (AssertionError | RuntimeException e) {
            if (broken == null) {
                broken = new AssertionError(e);
            }
        }
    }

    /// Throws what an answer was found to be wrong for.
    void throwIfBroken() {
        if (broken != null) {
            throw broken;
        }
    }

    private void failed(Request request, Throwable failure) {
        boolean isJudged = failure instanceof Refused refused && refused.code() != ErrorCode.NOT_LEADER;
        if (!isJudged && request.tag().isTagged() && random.nextInt(5) > 0) {
            repeated.add(request);
        }
    }

    private void answered(Request request, Outcome outcome, Replica by, int life) {
        acknowledged++;
        LogPosition logged = outcome.logged();
        if (request.durability().isLeader() && !logged.equals(LogPosition.NONE)) {
            early.add(new Early(request.tag(), logged, by, life));
            return;
        }
        Long position = request.tag().isTagged() ? timeline.positionOf(request.tag()) : logged.position();
        if (position == null || timeline.at(position) == null) {
            fail("%s was acknowledged with %s, and no replica has applied it", request, outcome);
        }
        Timeline.Step step = timeline.at(position);
        assertThat(outcome.at(LogPosition.NONE)).as("answer to %s", request).isEqualTo(step.outcome());
        long index = MemberLog.index(position);
        long copies = replicas.stream().filter(r -> r.member().hasSynced(index, step.term())).count();
        int wanted = Math.max(replicas.size() / 2 + 1, request.durability().copiesWanted(replicas.size()));
        if (request.durability().isLeader()
                || !request.durability().equals(Durability.MAJORITY) && logged.equals(LogPosition.NONE)) {
            // A repetition is answered by what is remembered of the first time, which waited for as many copies or is
            // committed.
            wanted = replicas.size() / 2 + 1;
        }
        assertThat(copies).as("copies of %s, acknowledged with %s", request, outcome).isGreaterThanOrEqualTo(wanted);
        acknowledgedThrough = Math.max(acknowledgedThrough, position);
    }

    /// Asks for everything that was acknowledged until now.
    void read(Replica from) {
        long needed = acknowledgedThrough;
        int life = from.life();
        CompletableFuture<Void> barrier = from.store().barrier(Consistency.LINEARIZABLE);
        barrier.thenRun(() ->
                noting(() -> {
                    if (life == from.life() && from.isUp()) {
                        reads++;
                        assertThat(from.store().appliedThrough())
                                .as("what a linearizable read of replica %d finds", from.member().id)
                                .isGreaterThanOrEqualTo(needed);
                    }
                }));
    }

    /// When all replicas are equal: what became of the writes that were acknowledged early.
    void checkEarly(Runnable stepAll) {
        for (Early write : early) {
            Timeline.Step step = timeline.at(write.logged().position());
            boolean isThere = step != null && step.tag().equals(write.tag()) && step.term() == write.logged().term();
            Replica asked = replicas.get(random.nextInt(replicas.size()));
            CompletableFuture<Void> fate = asked.store().await(write.logged(), Durability.MAJORITY);
            for (int i = 0; i < 10_000 && !fate.isDone(); i++) {
                stepAll.run();
            }
            assertThat(fate).as("fate of %s", write.logged()).isDone();
            if (isThere) {
                assertThat(fate).as("fate of %s, which is there", write.logged()).isCompleted();
            } else {
                reverted++;
                assertThat(fate).as("fate of %s, which is lost", write.logged()).isCompletedExceptionally();
                assertThat(((Refused) fate.exceptionNow()).code()).isEqualTo(ErrorCode.REVERTED);
                assertThat(write.replica().hasTold(write.life(), revert -> revert.concerns(write.logged())))
                        .as("subscribers of the leader that lost %s were told", write.logged())
                        .isTrue();
            }
        }
    }
}
