package io.distil.replication.raft;

import io.distil.base.NanoClock;
import io.distil.replication.log.CommandLog;
import io.distil.replication.tablet.LogOpener;

import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/// A group on this node, from the moment its replica is first opened until the node is closed or leaves the group. The replica
/// above may be closed and opened again from another home meanwhile; journal, state machine and membership stay.
final class GroupReplica implements LogOpener, GroupStateMachine.Owner {
    private final NanoClock clock;
    private final RaftMember member;
    private final RaftJournal journal;
    private final GroupStateMachine machine;
    private final RaftNode.Replicas replicas;

    /// What the replica was opened with last; null before.
    private volatile Opening opening;

    GroupReplica(RaftMember member, RaftJournal.Options options, NanoClock clock, RaftNode.Replicas replicas) {
        this.clock = clock;
        this.member = member;
        this.replicas = replicas;
        this.journal = new RaftJournal(options, clock);
        this.machine = new GroupStateMachine(journal, this);
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

    /// The replica's present opening, or null.
    Opening opening() {
        return opening;
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
        Snapshots snapshots = new Snapshots(0);
        journal.open(newOpening.disk(), newOpening.doorbell());
        opening = newOpening;
        RaftCommandLog log = new RaftCommandLog(member, machine, clock, newOpening, snapshots);
        machine.attach(snapshots.of(newOpening.replayFrom(), newOpening.replica()), newOpening.doorbell());
        return log;
    }

    @Override
    public void starting(RaftServer.Division division) {
        member.assigned(division);
    }

    @Override
    public CompletableFuture<TermIndex> install(RaftPeerId leader, long firstIndex) {
        return CompletableFuture.failedFuture(new IOException("no installation yet"));
    }

    @Override
    public void switchToInstalled() throws IOException {
        throw new IOException("no installation yet");
    }

    @Override
    public CompletableFuture<ByteString> answer(ByteString question) {
        return CompletableFuture.failedFuture(new IOException("no answers yet"));
    }

    @Override
    public void removed() {
        journal.abandon();
        replicas.left(member.group());
    }
}
