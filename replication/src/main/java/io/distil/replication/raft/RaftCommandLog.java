package io.distil.replication.raft;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;
import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.Consistency;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.replication.log.CommandLog;
import io.distil.replication.tablet.LogOpener;

import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// The command log of a member of a Raft group. The tablet's thread fills a batch, proposes it as one entry, writes payloads
/// to the journal, and is handed committed entries, its own and others'.
///
/// ```
///   claim/publish ──> batch ──(few under way)──> proposal ──Raft──> journal here, journals there
///                                                  │                       │ on this disk: logged
///                                                  │<──────committed───────┘
///                                                  └──> entry(position, term, ticket)
/// ```
///
/// Few proposals are under way at a time: what is published meanwhile goes into the next batch, which is the larger the
/// busier the group is, without a timer.
///
/// A proposal whose leader stepped down is *in doubt* once it was in that leader's log, and certainly lost before. If it
/// is committed after all, by the next leader, it comes back as anybody's entry, with ticket 0.
final class RaftCommandLog implements CommandLog {
    private static final Logger LOG = LoggerFactory.getLogger(RaftCommandLog.class);

    /// Entries under way. Two would keep disk and network busy in turns; more hide the hand-overs between threads.
    private static final int PROPOSALS_MAX = 4;

    /// Payload bytes under way: they are on the heap, in each member.
    private static final long PROPOSED_BYTES_MAX = 32L << 20;

    private static final int BATCH_BYTES = 2 << 20;
    private static final int DELIVERED_PER_POLL_MAX = 256;

    /// After {@link #endClaims}, how long a majority has to commit what was proposed.
    private static final long LAST_ANSWERS_NANOS_MAX = 3_000_000_000L;

    /// A leader that was just elected, or that this member must find the way to again, may answer the next time.
    private static final int BARRIER_ATTEMPTS_MAX = 4;

    private static final long BARRIER_RETRY_MILLIS = 250;

    private static final CompletableFuture<Long> NOTHING_TO_WAIT_FOR = CompletableFuture.completedFuture(0L);

    private final RaftMember member;
    private final GroupStateMachine machine;
    private final RaftJournal journal;
    private final NanoClock clock;
    private final LogOpener.Opening opening;
    private final Snapshots snapshots;
    private final Closeable beforeClose;
    private final CommandBatch batch = new CommandBatch(BATCH_BYTES);
    private final ReadBarriers barriers = new ReadBarriers(this::beginBarrier);

    /// Proposed and neither handed over nor given up, in the order of the log.
    private final Deque<Proposal> underWay = new ArrayDeque<>();

    private long underWayBytes;
    private long nextTicket = 1;
    private MemorySegment scratch = OffHeap.allocate(MemoryOwner.LOG_BUFFERS, BATCH_BYTES);
    private long claimsEndedNanos;
    private volatile boolean claimsEnded;

    /// The last term of which an entry was handed over.
    private volatile long deliveredTerm = -1;

    /// The first position of the last entry that was handed over whole.
    private volatile long deliveredThrough;

    private volatile boolean suspended;

    /// Up to where the journal may go, as Raft's log is cut there; 0 if nothing is to do.
    private volatile long journalNeededFrom;

    /// @param beforeClose ends what uses the replica's files on other members' behalf
    RaftCommandLog(
            RaftMember member,
            GroupStateMachine machine,
            NanoClock clock,
            LogOpener.Opening opening,
            Snapshots snapshots,
            Closeable beforeClose) {
        this.member = member;
        this.machine = machine;
        this.journal = machine.journal();
        this.clock = clock;
        this.opening = opening;
        this.snapshots = snapshots;
        this.beforeClose = beforeClose;
    }

    // ---- publishing

    @Override
    public MemorySegment claim(int bytes) throws IOException {
        if (!member.isLeader()) {
            throw member.notLeader();
        }
        if (journal.isFull()) {
            throw new DiskFailed("no room for the journal on this leader's disk", true, null);
        }
        if (!isWritable()) {
            return null;
        }
        MemorySegment command = batch.claim(bytes);
        if (command == null && propose()) {
            command = batch.claim(bytes);
        }
        return command;
    }

    @Override
    public long publish() {
        batch.publish();
        return nextTicket++;
    }

    /// Hands the batch to Raft, unless enough is under way.
    ///
    /// @return true if the batch is empty now
    private boolean propose() {
        if (batch.isEmpty()) {
            return true;
        }
        if (underWay.size() >= PROPOSALS_MAX || underWayBytes > PROPOSED_BYTES_MAX) {
            return false;
        }
        int commandCount = batch.commandCount();
        ByteString payload = batch.take();
        Proposal proposal = new Proposal(nextTicket - commandCount, commandCount, payload.size());
        underWay.addLast(proposal);
        underWayBytes += payload.size();
        try {
            machine.proposing(proposal, payload);
            member.propose().whenComplete((reply, thrown) -> answered(proposal, reply, thrown));
        } catch (IOException | RuntimeException e) {
            answered(proposal, null, e);
        }
        return true;
    }

    /// On a thread of Ratis. Success needs nothing: the entry has been handed over.
    private void answered(Proposal proposal, RaftClientReply reply, Throwable thrown) {
        Throwable failure = thrown != null ? thrown : reply.getException();
        if (failure != null || !reply.isSuccess()) {
            String why = failure == null ? "Raft refused it" : failure.getMessage();
            proposal.failed(member.isLeader() ? why : member.whoLeads());
            opening.doorbell().run();
        }
    }

    // ---- the duty cycle

    @Override
    public int poll(Handler handler) throws IOException {
        int work = pollJournal() + deliver(handler);
        work += reportLogged(handler) + reportLost(handler);
        if (!batch.isEmpty() && propose()) {
            // What is proposed is in the journal's queue at once: let the disk begin.
            work += 1 + pollJournal();
        }
        return work + releaseJournal();
    }

    @Override
    public int await(Handler handler) throws IOException {
        int moved = journal.isWriting() ? journal.await() : 0;
        return moved + poll(handler);
    }

    private int pollJournal() throws IOException {
        try {
            return journal.poll();
        } catch (DiskFailed e) {
            if (e.isFull()) {
                // The journal says so to whoever claims; what is queued waits for room.
                return 0;
            }
            throw e;
        }
    }

    private int deliver(Handler handler) throws IOException {
        int delivered = 0;
        // Before the entries that were committed in place of what is gone.
        for (GroupStateMachine.Cut cut = machine.nextCut(); cut != null; cut = machine.nextCut()) {
            handler.cut(Positions.first(cut.fromIndex()), cut.termMax());
            delivered++;
        }
        GroupStateMachine.Committed next = machine.nextCommitted();
        while (next != null && !suspended && delivered < DELIVERED_PER_POLL_MAX && handler.takesEntries()) {
            if (next.raftIndex() > machine.appliedThroughIndex()) {
                deliver(next, handler);
            }
            machine.applied();
            delivered++;
            next = machine.nextCommitted();
        }
        return delivered;
    }

    private void deliver(GroupStateMachine.Committed next, Handler handler) throws IOException {
        long raftIndex = next.raftIndex();
        if (next.header() == null && raftIndex == 0) {
            // The first leader of a new group is known by it; as a position it would be "nothing".
            LOG.debug("{} has begun.", member);
        } else if (next.header() == null) {
            handler.advanced(Positions.first(raftIndex), next.term());
        } else {
            handOver(next, endTickets(next.proposal(), handler), handler);
        }
        deliveredThrough = Positions.first(raftIndex);
        deliveredTerm = next.term();
    }

    private void handOver(GroupStateMachine.Committed next, long firstTicket, Handler handler) throws IOException {
        long term = next.term();
        long raftIndex = next.raftIndex();
        String where = GroupStateMachine.where(term, raftIndex);
        ByteString payload = next.payload();
        if (payload == null) {
            payload = machine.read(term, raftIndex, next.header());
        } else if (next.proposal() == null) {
            // It came over the network; what this node proposed itself is still the very same bytes.
            next.header().check(payload, where);
        }
        MemorySegment commands = copied(payload);
        CommandBatch.forEach(
                commands,
                next.header().commandCount(),
                where,
                (i, command) -> {
                    long ticket = firstTicket == 0 ? 0 : firstTicket + i;
                    handler.entry(Positions.of(raftIndex, i), term, ticket, command);
                });
    }

    /// Off the heap, where all other readers of commands find them: accesses to both kinds of memory at one place are slow.
    private MemorySegment copied(ByteString payload) {
        if (payload.size() > scratch.byteSize()) {
            OffHeap.free(MemoryOwner.LOG_BUFFERS, scratch);
            scratch = OffHeap.allocate(MemoryOwner.LOG_BUFFERS, payload.size());
        }
        payload.copyTo(scratch.asByteBuffer());
        return scratch.asSlice(0, payload.size());
    }

    /// The first ticket of an entry that is being handed over; 0 if it has none, or none any more.
    private long endTickets(Proposal proposal, Handler handler) {
        if (proposal == null || proposal.isOver()) {
            return 0;
        }
        // One that Raft refused before it came into the log is ahead of a later one that did not share its fate.
        while (!underWay.isEmpty() && underWay.peekFirst() != proposal && underWay.peekFirst().failure() != null) {
            giveUp(underWay.peekFirst(), handler);
        }
        BrokenInvariant.check(underWay.peekFirst() == proposal, "an entry came back before an earlier one");
        end(proposal);
        return proposal.firstTicket;
    }

    private void end(Proposal proposal) {
        underWay.removeFirst();
        underWayBytes -= proposal.payloadBytes;
        proposal.setOver();
    }

    private int reportLogged(Handler handler) {
        int reported = 0;
        for (Proposal proposal : underWay) {
            if (!proposal.isReportedLogged()) {
                if (!proposal.isAppended() || proposal.raftIndex() > member.flushIndex()) {
                    break;
                }
                proposal.setReportedLogged();
                handler.logged(
                        proposal.firstTicket,
                        proposal.untilTicket(),
                        Positions.first(proposal.raftIndex()),
                        proposal.term());
                reported++;
            }
        }
        return reported;
    }

    private int reportLost(Handler handler) {
        int lost = 0;
        boolean tooLate = claimsEnded && clock.monotonicNanos() - claimsEndedNanos > LAST_ANSWERS_NANOS_MAX;
        // What is committed comes first: perhaps it is what Raft gave up to answer.
        while (!underWay.isEmpty() && machine.nextCommitted() == null) {
            Proposal first = underWay.peekFirst();
            if (tooLate && first.failure() == null) {
                first.failed("the replica is shutting down");
            }
            if (first.failure() == null) {
                break;
            }
            giveUp(first, handler);
            lost++;
        }
        if (!batch.isEmpty() && (tooLate || !member.isLeader())) {
            long from = nextTicket - batch.commandCount();
            batch.clear();
            handler.lost(from, nextTicket, false, member.whoLeads());
            lost++;
        }
        return lost;
    }

    private void giveUp(Proposal proposal, Handler handler) {
        end(proposal);
        handler.lost(proposal.firstTicket, proposal.untilTicket(), proposal.isAppended(), proposal.failure());
    }

    @Override
    public boolean isWriting() {
        return journal.isWriting();
    }

    @Override
    public boolean isIdle() {
        return batch.isEmpty() && underWay.isEmpty();
    }

    @Override
    public void endClaims() {
        claimsEnded = true;
        claimsEndedNanos = clock.monotonicNanos();
    }

    // ---- what this member knows

    @Override
    public boolean isWritable() {
        return member.isLeaderReady() && deliveredTerm == member.currentTerm();
    }

    @Override
    public int members() {
        return member.memberCount();
    }

    @Override
    public int durableCopies(long position) {
        return member.copies(Positions.index(position));
    }

    @Override
    public CompletableFuture<Long> readBarrier(Consistency consistency) {
        return switch (consistency) {
            case Consistency.Linearizable() -> barriers.await();
            case Consistency.Leader() ->
                    isWritable() ? NOTHING_TO_WAIT_FOR : CompletableFuture.failedFuture(member.notLeader());
            case Consistency.BoundedStale(long staleMillisMax) -> boundedStale(staleMillisMax);
        };
    }

    private CompletableFuture<Long> beginBarrier() {
        return barrier(1);
    }

    private CompletableFuture<Long> barrier(int attempt) {
        return readIndex()
                .handle((nothing, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(deliveredThrough);
                    }
                    if (attempt == BARRIER_ATTEMPTS_MAX || claimsEnded) {
                        return CompletableFuture.<Long>failedFuture(
                                new Refused(
                                        ErrorCode.NOT_LEADER,
                                        "no leader confirmed the read: "
                                                + failure.getMessage()
                                                + "; "
                                                + member.whoLeads()));
                    }
                    member.reconnectToLeader(new IOException(failure));
                    return CompletableFuture.supplyAsync(
                                    () -> barrier(attempt + 1),
                                    CompletableFuture.delayedExecutor(BARRIER_RETRY_MILLIS, TimeUnit.MILLISECONDS))
                            .thenCompose(Function.identity());
                })
                .thenCompose(Function.identity());
    }

    private CompletableFuture<Void> readIndex() {
        try {
            return member.readIndex()
                    .thenCompose(reply ->
                            reply.getException() == null
                                    ? CompletableFuture.<Void>completedFuture(null)
                                    : CompletableFuture.failedFuture(reply.getException()));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// The last word from the leader said what is committed; if that is too long ago, the leader is asked.
    private CompletableFuture<Long> boundedStale(long staleMillisMax) {
        if (member.millisSinceLeader() <= staleMillisMax) {
            return machine.whenApplied(member.committedIndex()).thenApply(applied -> deliveredThrough);
        }
        return barriers.await()
                .exceptionally(failure -> {
                    throw new Refused(
                            ErrorCode.TOO_STALE,
                            "this replica has not heard from a leader for "
                                    + staleMillisMax
                                    + " ms, and "
                                    + member.whoLeads());
                });
    }

    // ---- space

    /// The replica is being exchanged: from here on nothing is handed over and nothing released, until {@link #resume}.
    void suspend() {
        suspended = true;
    }

    void resume() {
        suspended = false;
        opening.doorbell().run();
    }

    @Override
    public void release(long position) throws IOException {
        if (suspended) {
            return;
        }
        snapshots.past().released(position);
        machine.covers(snapshots.of(opening.replica().covered().replayFrom(), opening.replica()));
        machine.released(Positions.index(position) - 1);
        member.cutLog()
                .whenComplete((reply, failure) -> {
                    if (failure != null) {
                        LOG.warn("Raft's log was not cut; it will be after the next checkpoint.", failure);
                    } else {
                        journalNeededFrom = member.firstIndex();
                        opening.doorbell().run();
                    }
                });
    }

    private int releaseJournal() {
        long from = journalNeededFrom;
        if (from <= 0) {
            return 0;
        }
        journalNeededFrom = 0;
        journal.release(from);
        return 1;
    }

    @Override
    public long writtenBytes() {
        return journal.writtenBytes();
    }

    @Override
    public long retainedBytes() {
        return journal.retainedBytes();
    }

    @Override
    public void close() throws IOException {
        beforeClose.close();
        machine.detach();
        batch.close();
        OffHeap.free(MemoryOwner.LOG_BUFFERS, scratch);
        journal.close();
    }
}
