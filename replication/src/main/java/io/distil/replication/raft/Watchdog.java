package io.distil.replication.raft;

import io.distil.base.NanoClock;

import org.apache.ratis.protocol.LeaderElectionManagementRequest;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Makes a leader that cannot do a leader's work give up: Raft itself only notices when the others do not hear from it, and
/// a node whose disk stalls goes on sending heartbeats. Until it is well again it does not stand for election either; it
/// votes and follows as well as it can.
///
/// It also does what wants doing now and then.
final class Watchdog implements AutoCloseable {
    /// When the sync of a group's log was last seen to go on, or to have nothing to do.
    private record Progress(long flushedIndex, long sinceNanos) {}

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final long STEP_DOWN_MILLIS = 3_000;

    private final RaftNode node;
    private final NanoClock clock;
    private final long stallNanosMax;
    private final ScheduledExecutorService timer;

    private final Map<Integer, Progress> progress = new HashMap<>();

    /// Groups that must not stand for election now.
    private final Set<Integer> unfit = new HashSet<>();

    static Watchdog start(RaftNode node, NanoClock clock, int electionMillis) {
        Watchdog watchdog = new Watchdog(node, clock, electionMillis);
        long period = Math.max(10, electionMillis / 10);
        watchdog.timer.scheduleWithFixedDelay(watchdog::look, period, period, TimeUnit.MILLISECONDS);
        return watchdog;
    }

    private Watchdog(RaftNode node, NanoClock clock, int electionMillis) {
        this.node = node;
        this.clock = clock;
        this.stallNanosMax = electionMillis * 1_000_000L;
        this.timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("distil-raft-watchdog").daemon().factory());
    }

    private void look() {
        for (GroupReplica replica : node.replicas()) {
            try {
                look(replica);
            } catch (IOException | RuntimeException e) {
                LOG.warn("{} could not be looked after.", replica.member(), e);
            }
        }
    }

    private void look(GroupReplica replica) throws IOException {
        replica.source().closeIfIdle();
        replica.leavePastBehind();
        if (replica.member().division() == null) {
            return;
        }
        String trouble = trouble(replica);
        int group = replica.group();
        if (trouble == null) {
            if (unfit.remove(group)) {
                LOG.info("{} is well again and may lead.", replica.member());
                pauseElections(replica, false);
            }
            return;
        }
        if (unfit.add(group)) {
            LOG.warn("{} cannot lead: {}.", replica.member(), trouble);
            pauseElections(replica, true);
        }
        if (replica.member().isLeader()) {
            stepDown(replica);
        }
    }

    /// Why the replica had better not lead, or null.
    private String trouble(GroupReplica replica) {
        if (replica.machine().failure() != null) {
            return "its log has failed: " + replica.machine().failure().getMessage();
        }
        long stalledNanos = stalledNanos(replica);
        if (stalledNanos > stallNanosMax) {
            return "its disk has not completed a sync for " + stalledNanos / 1_000_000 + " ms";
        }
        return replica.trouble();
    }

    /// How long entries have waited for the disk without any progress.
    private long stalledNanos(GroupReplica replica) {
        long now = clock.monotonicNanos();
        long flushed = replica.member().flushIndex();
        boolean isWaiting = replica.member().lastIndex() > flushed && !replica.machine().isHeldBack();
        Progress before = progress.get(replica.group());
        if (!isWaiting || before == null || before.flushedIndex() != flushed) {
            progress.put(replica.group(), new Progress(flushed, now));
            return 0;
        }
        return now - before.sinceNanos();
    }

    private void pauseElections(GroupReplica replica, boolean pause) throws IOException {
        RaftPeerId self = node.server().getId();
        long callId = node.nextCallId();
        node.server()
                .leaderElectionManagementAsync(
                        pause
                                ? LeaderElectionManagementRequest.newPause(
                                        node.administrator(), self, replica.member().groupId(), callId)
                                : LeaderElectionManagementRequest.newResume(
                                        node.administrator(), self, replica.member().groupId(), callId));
    }

    private void stepDown(GroupReplica replica) throws IOException {
        LOG.warn("{} gives up its leadership.", replica.member());
        node.server()
                .transferLeadershipAsync(
                        new TransferLeadershipRequest(
                                node.administrator(),
                                node.server().getId(),
                                replica.member().groupId(),
                                node.nextCallId(),
                                null,
                                STEP_DOWN_MILLIS));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
