package io.distil.replication.raft;

import io.distil.base.NanoClock;
import io.distil.replication.log.CommandLog;
import io.distil.replication.raft.SnapshotMessages.Answer;
import io.distil.replication.raft.SnapshotMessages.Question;
import io.distil.replication.tablet.LogOpener;
import io.distil.replication.tablet.ReplicaControl;
import io.distil.replication.transfer.Installation;

import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/// A group on this node, from the moment its replica is first opened until the node is closed or leaves the group. The replica
/// above may be closed and opened again from another home meanwhile; journal, state machine and membership stay.
final class GroupReplica implements LogOpener, GroupStateMachine.Owner {
    private final NanoClock clock;
    private final RaftMember member;
    private final RaftJournal journal;
    private final GroupStateMachine machine;
    private final Runnable left;

    private final Function<byte[], CompletableFuture<byte[]>> owner;
    private final RaftJournal.Options journalOptions;
    private final SnapshotSource source;

    /// What the replica was opened with last; null before.
    private volatile Opening opening;

    /// The checkpoint that needs nothing from before this node was a member, when it was asked for.
    private CompletableFuture<ReplicaControl.Covered> withoutPast = CompletableFuture.completedFuture(null);

    private volatile SnapshotInstaller installer;
    private volatile Snapshots snapshots;
    private volatile RaftCommandLog log;

    /// @param left called when this node is no member any more
    /// @param owner answers what other nodes' owners ask
    GroupReplica(
            RaftMember member,
            RaftJournal.Options options,
            NanoClock clock,
            Runnable left,
            Function<byte[], CompletableFuture<byte[]>> owner) {
        this.clock = clock;
        this.member = member;
        this.left = left;
        this.owner = owner;
        this.journalOptions = options;
        this.journal = new RaftJournal(options);
        this.machine = new GroupStateMachine(journal, options.unappliedBytesMax(), this);
        this.source = new SnapshotSource(clock, () -> opening, () -> snapshots);
    }

    RaftMember member() {
        return member;
    }

    RaftJournal journal() {
        return journal;
    }

    GroupStateMachine machine() {
        return machine;
    }

    SnapshotSource source() {
        return source;
    }

    /// The replica's present opening, or null.
    Opening opening() {
        return opening;
    }

    /// Asks for a checkpoint that does without the log from before this node was a member: only such a one can be given to
    /// others, and only then the old log can go. One thread at a time.
    void leavePastBehind() {
        Opening present = opening;
        if (present == null || !withoutPast.isDone()) {
            return;
        }
        ReplicaControl replica = present.replica();
        SingleNodePast past = snapshots.past();
        if (past.isNeeded(replica.covered().replayFrom()) && replica.appliedThrough() >= past.through()) {
            withoutPast = replica.checkpointFrom(past.through() + 1);
        }
    }

    /// Why the replica can only be read, or null.
    String trouble() {
        Opening present = opening;
        return present == null ? null : present.replica().trouble().orElse(null);
    }

    @Override
    public int group() {
        return member.group();
    }

    @Override
    public CommandLog open(Opening newOpening) throws IOException {
        snapshots = new Snapshots(SingleNodePast.open(newOpening, journalOptions.log()));
        journal.open(newOpening.disk(), newOpening.doorbell());
        installer = new SnapshotInstaller(member.toString());
        log = new RaftCommandLog(member, machine, clock, newOpening, snapshots, this::endTransfers);
        machine.attach(snapshots.of(newOpening.replayFrom(), newOpening.replica()), newOpening.doorbell());
        opening = newOpening;
        return log;
    }

    private void endTransfers() throws IOException {
        opening = null;
        source.close();
        installer.close();
    }

    @Override
    public void starting(RaftServer.Division division) {
        member.assigned(division);
    }

    @Override
    public long currentTerm() {
        return member.currentTerm();
    }

    @Override
    public CompletableFuture<TermIndex> install(RaftPeer leader, long firstIndex) {
        Opening present = opening;
        if (present == null) {
            return CompletableFuture.failedFuture(new IOException("the replica is not open"));
        }
        PeerClient client = new PeerClient(member.division().getRaftServer().getProperties(), member.groupId(), leader);
        return installer.fetch(
                client, present.replica(), snapshots, firstIndex, machine.getLastAppliedTermIndex().getIndex());
    }

    /// On the thread of Ratis that applies entries; the tablet's goes on meanwhile, with a log that hands over nothing.
    @Override
    public void switchToInstalled() throws IOException {
        Opening present = opening;
        if (present == null) {
            throw new IOException("the replica is not open");
        }
        ReplicaControl replica = present.replica();
        log.suspend();
        long through = Positions.NO_INDEX;
        try (Installation received = installer.take()) {
            if (received == null) {
                through = Positions.index(replica.appliedThrough());
            } else {
                wait(replica.install(received));
            }
        }
        machine.restarted(snapshots.of(replica.covered().replayFrom(), replica), through);
        log.resume();
    }

    private static void wait(CompletableFuture<ReplicaControl.Covered> installed) throws IOException {
        try {
            installed.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a checkpoint was installed");
        } catch (ExecutionException e) {
            throw new IOException("a checkpoint that was received could not be installed", e.getCause());
        }
    }

    @Override
    public CompletableFuture<ByteString> answer(ByteString encoded) {
        if (!encoded.isEmpty() && encoded.byteAt(0) == PeerClient.TO_OWNER) {
            return owner.apply(encoded.substring(1).toByteArray()).thenApply(UnsafeByteOperations::unsafeWrap);
        }
        try {
            Question question = SnapshotMessages.question(encoded);
            Answer answer =
                    question instanceof Question.Who
                            ? new Answer.Peer(machine.getId().toString())
                            : source.answer(question);
            return CompletableFuture.completedFuture(SnapshotMessages.encode(answer));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void removed() {
        journal.abandon();
        left.run();
    }
}
