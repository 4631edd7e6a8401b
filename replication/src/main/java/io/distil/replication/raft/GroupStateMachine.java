package io.distil.replication.raft;

import io.distil.base.CorruptBlock;

import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;

/// What Ratis sees of a replica. All calls come from its threads, many of them under its locks, so nothing here waits for
/// the disk or for the tablet, with two exceptions that say so: reading an old payload, and holding back the thread that
/// brings committed entries while too many wait to be applied.
///
/// ```
///   startTransaction ─ header, payload ─> write ─> RaftJournal ─────────────────────┐
///   applyTransaction ─ committed ─> queue ─> RaftCommandLog (the tablet's thread) <─┘ payload, if Ratis has dropped it
///        future <──────────────── applied ──────────────┘
/// ```
///
/// ```
///   NEW ──initialize──> RUNNING ──pause──> PAUSED ──reinitialize──> RUNNING
/// ```
///
/// PAUSED is the moment between one home and the next, when a snapshot was installed: what is queued then is dropped, and
/// Ratis begins again behind the snapshot.
final class GroupStateMachine extends BaseStateMachine {
    /// What Ratis asks for that other parts do.
    interface Owner {
        /// Ratis is about to start the replica's division.
        void starting(RaftServer.Division division);

        long currentTerm();

        /// Fetches a snapshot from the leader.
        ///
        /// @param firstIndex the first entry that the leader can send
        /// @return the last entry the snapshot contains
        CompletableFuture<TermIndex> install(RaftPeer leader, long firstIndex);

        /// Puts what was fetched in the place of the present replica. Waits until it is there.
        void switchToInstalled() throws IOException;

        /// Answers another member's question.
        CompletableFuture<ByteString> answer(ByteString question);

        /// The group is no more on this node.
        void removed();
    }

    /// A committed entry on its way to the tablet; without header it carries no commands.
    ///
    /// @param payload null if Ratis has it no more
    /// @param proposal null if this node did not propose it in this term of leadership
    record Committed(
            long term,
            long raftIndex,
            EntryHeader header,
            ByteString payload,
            Proposal proposal,
            CompletableFuture<Message> applied) {}

    /// Entries from an index on, of terms up to `termMax`, are not in this member's log any more.
    record Cut(long fromIndex, long termMax) {}

    private record Submission(Proposal proposal, ByteString payload) {}

    private static final Logger LOG = LoggerFactory.getLogger(GroupStateMachine.class);
    private static final int COMMITTED_COUNT_MAX = 1024;
    private static final String NO_REPLICA = "this replica is being closed or replaced";
    private static final long HELD_BACK_NANOS = 200_000;

    private final RaftJournal journal;
    private final Owner owner;
    private final Backlog backlog;
    private final ManyToOneConcurrentArrayQueue<Committed> committed =
            new ManyToOneConcurrentArrayQueue<>(COMMITTED_COUNT_MAX);

    private final Queue<Cut> cuts = new ConcurrentLinkedQueue<>();

    /// Who waits for an index to be applied.
    private final ConcurrentSkipListMap<Long, CompletableFuture<Void>> waiting = new ConcurrentSkipListMap<>();

    private volatile Runnable doorbell = () -> {};

    /// What is being submitted, on the very thread that calls {@link #startTransaction}.
    private final ThreadLocal<Submission> submitting = new ThreadLocal<>();

    private volatile SnapshotInfo latestSnapshot;
    private volatile long releasedThrough = RaftLog.INVALID_LOG_INDEX;

    /// True while there is no replica to apply to: it is being closed, or replaced.
    private volatile boolean detached = true;

    /// True between {@link #pause} and the end of {@link #reinitialize}.
    private volatile boolean paused;

    private volatile long appliedThroughIndex = RaftLog.INVALID_LOG_INDEX;

    /// The last index that Ratis has brought; written by its one applying thread.
    private volatile long handedIndex = RaftLog.INVALID_LOG_INDEX;

    private volatile Throwable failure;

    /// @param unappliedBytesMax entries that may be acknowledged and not applied
    GroupStateMachine(RaftJournal journal, long unappliedBytesMax, Owner owner) {
        this.journal = journal;
        this.backlog = new Backlog(unappliedBytesMax);
        this.owner = owner;
    }

    /// A replica is there, which contains everything up to `snapshot` and wants what follows.
    ///
    /// @param snapshot null if it is empty
    void attach(TermIndex snapshot, Runnable tabletDoorbell) {
        covers(snapshot);
        setLastAppliedTermIndex(snapshot == null ? TermIndex.INITIAL_VALUE : snapshot);
        appliedThroughIndex = RaftLog.INVALID_LOG_INDEX;
        doorbell = tabletDoorbell;
        detached = false;
    }

    /// The replica is gone. What was queued for it counts as applied to Ratis, which must not wait for ever for a replica
    /// that will get it again when it is opened again; nobody reads meanwhile, see {@link #query}.
    void detach() {
        detached = true;
        backlog.open();
        doorbell = () -> {};
        drop();
        // Reads that wait for it: they ask again, here or elsewhere.
        waiting.values().forEach(waiter -> waiter.completeExceptionally(new IOException(NO_REPLICA)));
        waiting.clear();
    }

    /// The replica's last checkpoint contains everything up to here.
    void covers(TermIndex snapshot) {
        latestSnapshot = snapshot == null ? null : new CheckpointInfo(snapshot);
    }

    /// The state was exchanged for one that contains `snapshot`, or kept although Ratis begins again behind `snapshot`.
    ///
    /// @param through the last entry the replica will not take again
    void restarted(TermIndex snapshot, long through) {
        if (through < 0) {
            // What this member had beyond what it applied, and acknowledged perhaps, was not what the leader had.
            cut(getLastAppliedTermIndex().getIndex() + 1);
        }
        covers(snapshot);
        setLastAppliedTermIndex(snapshot);
        handedIndex = snapshot.getIndex();
        appliedThroughIndex = through;
        paused = false;
    }

    /// Entries up to here are applied already, though Ratis may bring them again.
    long appliedThroughIndex() {
        return appliedThroughIndex;
    }

    /// Entries up to here are not needed by this replica any more.
    void released(long throughIndex) {
        releasedThrough = throughIndex;
    }

    /// True while syncs wait for entries to be applied, and not for the disk.
    boolean isHeldBack() {
        return backlog.isHeldBack();
    }

    /// Why Raft's log or the journal failed, or null.
    Throwable failure() {
        return failure;
    }

    RaftJournal journal() {
        return journal;
    }

    // ---- life

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage) throws IOException {
        getLifeCycle().startAndTransition(() -> super.initialize(server, groupId, storage));
        owner.starting(server.getDivision(groupId));
    }

    /// Comes under Ratis' lock: {@link #reinitialize}, which does not, does the work.
    @Override
    public void pause() {
        if (getLifeCycleState() == LifeCycle.State.RUNNING) {
            paused = true;
            backlog.open();
            getLifeCycle().transition(LifeCycle.State.PAUSING);
            getLifeCycle().transition(LifeCycle.State.PAUSED);
            drop();
        }
    }

    @Override
    public void reinitialize() throws IOException {
        getLifeCycle().transition(LifeCycle.State.STARTING);
        owner.switchToInstalled();
        getLifeCycle().transition(LifeCycle.State.RUNNING);
    }

    @Override
    public SnapshotInfo getLatestSnapshot() {
        return latestSnapshot;
    }

    /// Takes none: the engine's checkpoints are the snapshots. It says up to where the log may go.
    @Override
    public long takeSnapshot() {
        return releasedThrough;
    }

    @Override
    public void close() {
        if (!getLifeCycleState().isClosingOrClosed()) {
            getLifeCycle().checkStateAndClose(() -> {});
        }
    }

    // ---- the way of an entry

    /// What the next {@link #startTransaction} on this thread is about.
    void proposing(Proposal proposal, ByteString payload) {
        submitting.set(new Submission(proposal, payload));
    }

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
        Submission submission = submitting.get();
        if (submission == null) {
            throw new IOException("entries are proposed by the replica itself, not by clients of Ratis");
        }
        submitting.remove();
        ByteString payload = submission.payload();
        EntryHeader header = EntryHeader.of(submission.proposal().commandCount, payload);
        TransactionContext context =
                TransactionContext.newBuilder()
                        .setStateMachine(this)
                        .setClientRequest(request)
                        .setLogData(header.encode(payload))
                        .setStateMachineData(header.isInline() ? null : payload)
                        .setStateMachineContext(submission.proposal())
                        .build();
        submission.proposal().started(context);
        return context;
    }

    @Override
    public TransactionContext startTransaction(LogEntryProto entry, RaftPeerRole role) {
        backlog.add(entry.getIndex(), entry.getSerializedSize());
        return TransactionContext.newBuilder().setStateMachine(this).setLogEntry(entry).setServerRole(role).build();
    }

    /// A payload that is not in Raft's log; the others never come here.
    @Override
    public CompletableFuture<?> write(LogEntryProto entry, TransactionContext context) {
        return journal.write(entry.getTerm(), entry.getIndex(), payload(entry));
    }

    private static ByteString payload(LogEntryProto entry) {
        return entry.getStateMachineLogEntry().getStateMachineEntry().getStateMachineData();
    }

    @Override
    public CompletableFuture<ByteString> read(LogEntryProto entry) {
        try {
            return CompletableFuture.completedFuture(read(entry.getTerm(), entry.getIndex(), header(entry)));
        } catch (IOException e) {
            LOG.error("A payload cannot be sent to a follower.", e);
            return CompletableFuture.failedFuture(e);
        }
    }

    /// The payload of an entry from cache or disk, checked against its header.
    ByteString read(long term, long raftIndex, EntryHeader header) throws IOException {
        ByteString payload = journal.read(term, raftIndex);
        header.check(payload, where(term, raftIndex));
        return payload;
    }

    private static EntryHeader header(LogEntryProto entry) throws CorruptBlock {
        return EntryHeader.decode(
                entry.getStateMachineLogEntry().getLogData(), where(entry.getTerm(), entry.getIndex()));
    }

    static String where(long term, long raftIndex) {
        return "Raft entry (term " + term + ", index " + raftIndex + ")";
    }

    /// Ratis is about to sync its log up to here, and will acknowledge that.
    @Override
    public CompletableFuture<Void> flush(long raftIndex) {
        return backlog.flush(raftIndex);
    }

    /// @param raftIndex the *first* one removed, whatever Ratis' documentation says
    @Override
    public CompletableFuture<Void> truncate(long raftIndex) {
        LOG.info("{}: entries from index {} on were never committed and are gone.", getId(), raftIndex);
        journal.truncate(raftIndex);
        cut(raftIndex);
        backlog.truncate(raftIndex);
        return CompletableFuture.completedFuture(null);
    }

    /// What is gone is of earlier terms than the leader's that made it go: entries of its own are in its log, too.
    private void cut(long fromIndex) {
        cuts.offer(new Cut(fromIndex, owner.currentTerm() - 1));
        doorbell.run();
    }

    /// The next cut of the log that the tablet was not told of; null if there is none.
    Cut nextCut() {
        return cuts.poll();
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext context) {
        LogEntryProto entry = context.getLogEntry();
        try {
            EntryHeader header = header(entry);
            ByteString payload =
                    header.isInline()
                            ? EntryHeader.inlinePayload(entry.getStateMachineLogEntry().getLogData())
                            : context.getStateMachineLogEntry().getStateMachineEntry().getStateMachineData();
            Proposal proposal = context.getStateMachineContext() instanceof Proposal own ? own : null;
            return hand(
                    new Committed(
                            entry.getTerm(),
                            entry.getIndex(),
                            header,
                            payload.isEmpty() ? null : payload,
                            proposal,
                            new CompletableFuture<>()));
        } catch (IOException e) {
            failure = e;
            return CompletableFuture.failedFuture(e);
        }
    }

    /// An entry without commands: a new leader's first one, or a configuration.
    @Override
    public void notifyTermIndexUpdated(long term, long raftIndex) {
        hand(new Committed(term, raftIndex, null, null, null, new CompletableFuture<>()));
    }

    private CompletableFuture<Message> hand(Committed entry) {
        handedIndex = entry.raftIndex();
        while (takesCommitted() && !committed.offer(entry)) {
            LockSupport.parkNanos(HELD_BACK_NANOS);
        }
        if (!takesCommitted()) {
            entry.applied().complete(Message.EMPTY);
            drop();
        } else {
            doorbell.run();
        }
        return entry.applied();
    }

    private boolean takesCommitted() {
        return !detached && !paused;
    }

    private void drop() {
        IOException gone = new IOException("this replica is being closed or replaced");
        waiting.values().forEach(waiter -> waiter.completeExceptionally(gone));
        waiting.clear();
        synchronized (committed) {
            committed.drain(entry -> entry.applied().complete(Message.EMPTY));
        }
    }

    /// The next committed entry, left where it is; null if there is none. For the tablet's thread, as {@link #applied}.
    Committed nextCommitted() {
        return committed.peek();
    }

    /// The entry at the head of the queue has been applied.
    void applied() {
        Committed entry;
        synchronized (committed) {
            entry = committed.poll();
        }
        if (entry != null) {
            backlog.applied(entry.raftIndex());
            updateLastAppliedTermIndex(entry.term(), entry.raftIndex());
            entry.applied().complete(Message.EMPTY);
            waiting.headMap(entry.raftIndex(), true).values().forEach(waiter -> waiter.complete(null));
            waiting.headMap(entry.raftIndex(), true).clear();
        }
    }

    /// Completes when everything up to `raftIndex` is applied. Any thread.
    CompletableFuture<Void> whenApplied(long raftIndex) {
        CompletableFuture<Void> waiter = waiting.computeIfAbsent(raftIndex, index -> new CompletableFuture<>());
        if (getLastAppliedTermIndex().getIndex() >= raftIndex) {
            waiter.complete(null);
            waiting.remove(raftIndex);
        }
        return waiter;
    }

    // ---- reads

    /// The end of a read barrier: Ratis calls this when everything that was committed before the read was brought to be
    /// applied. It may not be applied yet, though the future of each entry says when it is: Ratis counts an entry without
    /// commands, such as a new leader's first one, as applied at once, and with it all that stand before it.
    @Override
    public CompletableFuture<Message> query(Message request) {
        return !takesCommitted()
                ? CompletableFuture.failedFuture(new IOException(NO_REPLICA))
                : whenApplied(handedIndex).thenApply(_ -> Message.EMPTY);
    }

    @Override
    public CompletableFuture<Message> queryStale(Message request, long minIndex) {
        return owner.answer(request.getContent()).thenApply(Message::valueOf);
    }

    // ---- events

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        doorbell.run();
    }

    /// The proposals under way are in doubt, not reverted: each learns it by its own future.
    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        doorbell.run();
    }

    @Override
    public void notifyConfigurationChanged(long term, long raftIndex, RaftConfigurationProto configuration) {
        doorbell.run();
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
        LOG.error("Raft's log has failed; this replica takes no part any more.", cause);
        failure = cause;
    }

    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(RoleInfoProto role, TermIndex first) {
        if (first.getIndex() == RaftLog.LEAST_VALID_LOG_INDEX) {
            // The leader's log is whole: a new member is filled from it.
            return CompletableFuture.completedFuture(null);
        }
        RaftPeer leader = ProtoUtils.toRaftPeer(role.getFollowerInfo().getLeaderInfo().getId());
        return owner.install(leader, first.getIndex());
    }

    @Override
    public void notifySnapshotInstalled(InstallSnapshotResult result, long raftIndex, RaftPeer peer) {
        if (result != InstallSnapshotResult.SNAPSHOT_UNAVAILABLE) {
            LOG.info("{}: installation of a snapshot at index {} on {}: {}", getId(), raftIndex, peer.getId(), result);
        }
    }

    @Override
    public void notifyGroupRemove() {
        owner.removed();
    }
}
