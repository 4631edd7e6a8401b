package io.distil.replication.tablet;

import io.distil.base.DiskFailed;
import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Reverts;
import io.distil.base.api.WriteTag;
import io.distil.replication.command.Command;
import io.distil.replication.command.CommandCodec;
import io.distil.replication.log.CommandLog;

import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The way of a mutation: admitted, copied into the log, made durable with its neighbours, applied, acknowledged. A duty
/// cycle ({@link #doWork}) for one thread, or for a simulator.
///
/// ```
///   submit ──> inbox ──(room in the log, buffers not full)──> log group ──(durable)──> apply ──> future completes
///                 ^                                                                     │
///                 └──── held back while the flusher catches up <── freeze <── flush due ┘
/// ```
///
/// ```
///   RUNNING ──close──> CLOSING ──all answered──> CLOSED
///      └────── log or state failed ──> FAILED: every mutation is refused, reads go on
/// ```
final class Tablet {
    /// The lives of a tablet.
    enum Life {
        RUNNING,
        CLOSING,
        FAILED
    }

    private record Request(Mutation mutation, WriteTag tag, Durability durability, CompletableFuture<Outcome> future) {}

    private static final Logger LOG = LoggerFactory.getLogger(Tablet.class);
    private static final int ADMITTED_PER_CYCLE_MAX = 1024;
    private static final long DRAIN_SLEEP_NANOS = 1_000_000;
    private static final CompletableFuture<Void> APPLIED = CompletableFuture.completedFuture(null);

    private final CommandLog log;
    private final NanoClock clock;
    private final SpaceGuard space;
    private final CommandCodec codec = new CommandCodec();
    private final Doorbell doorbell = new Doorbell();
    private final TabletCounters counters;

    /// What entries are applied to; changed by the tablet's thread.
    private volatile Engine engine;

    /// Mutations from any thread.
    private final ManyToOneConcurrentLinkedQueue<Request> inbox = new ManyToOneConcurrentLinkedQueue<>();

    /// What other threads want done on this one; never held back.
    private final ManyToOneConcurrentLinkedQueue<Runnable> errands = new ManyToOneConcurrentLinkedQueue<>();

    /// Published and not come back.
    private final InFlight inFlight = new InFlight();

    private final PositionWaiters waiters;
    private final FlushProposals flushes = new FlushProposals(this::propose);
    private final CommandLog.Handler handler = new LogHandler();

    /// Told when the log was cut.
    private final List<Consumer<Reverts.Revert>> revertListeners = new CopyOnWriteArrayList<>();

    /// The admitted request that found no room in the log; it goes first.
    private Request waiting;

    private volatile Life life = Life.RUNNING;
    private volatile String failure = "";

    Tablet(CommandLog log, Engine engine, NanoClock clock, SpaceGuard space, TabletCounters counters) {
        this.log = log;
        this.engine = engine;
        this.clock = clock;
        this.space = space;
        this.counters = counters;
        this.waiters = new PositionWaiters(clock);
    }

    /// Tablet's thread: applies what comes next to another engine.
    void switchTo(Engine next) {
        engine = next;
    }

    Life life() {
        return life;
    }

    /// Why the tablet failed, or empty text.
    String failure() {
        return failure;
    }

    Doorbell doorbell() {
        return doorbell;
    }

    CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        inbox.offer(new Request(mutation, tag, durability, future));
        doorbell.ring();
        return future;
    }

    /// Completes once it is decided that the entry at `position` stays, and as many members have it as `durability` wants.
    CompletableFuture<Void> await(LogPosition position, Durability durability) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        execute(() -> {
            try {
                requireOwn(position);
                waiters.untilDecided(position, copiesWanted(durability), future);
            } catch (Refused e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }

    private void requireOwn(LogPosition position) {
        if (position.group() != LogPosition.NONE.group() && position.group() != engine.state().group()) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "position %s is of another group than %d".formatted(position, engine.state().group()));
        }
    }

    /// Completes once a read finds what `consistency` asks for. Any thread.
    CompletableFuture<Void> barrier(Consistency consistency) {
        CompletableFuture<Long> needed = log.readBarrier(consistency);
        // Without a detour where nothing is to be waited for.
        return needed.isDone() && !needed.isCompletedExceptionally()
                ? awaitApplied(needed.join())
                : needed.thenCompose(this::awaitApplied);
    }

    private CompletableFuture<Void> awaitApplied(long position) {
        if (position <= engine.state().readableThrough()) {
            return APPLIED;
        }
        CompletableFuture<Void> future = new CompletableFuture<>();
        execute(() -> waiters.untilApplied(position, future));
        return future;
    }

    Reverts.Subscription subscribe(Consumer<Reverts.Revert> listener) {
        revertListeners.add(listener);
        return () -> revertListeners.remove(listener);
    }

    /// Runs `errand` on the tablet's thread.
    void execute(Runnable errand) {
        errands.offer(errand);
        doorbell.ring();
    }

    /// True if every mutation was answered and nothing is on its way to the log.
    boolean isQuiet() {
        return inbox.isEmpty() && waiting == null && (life == Life.FAILED || log.isIdle()) && errands.isEmpty();
    }

    /// True while a log write is under way: then {@link #awaitDisk} is better than sleeping.
    boolean isWriting() {
        return life != Life.FAILED && log.isWriting();
    }

    /// One round of everything there is to do, without waiting.
    ///
    /// @return how much was done; 0 means that the thread may sleep
    int doWork() {
        int work = 0;
        for (Runnable errand = errands.poll(); errand != null; errand = errands.poll()) {
            errand.run();
            work++;
        }
        try {
            work += life == Life.FAILED ? refuseAll() : workOnLog();
            work += waiters.poll(engine.state().readableThrough(), engine.state().terms(), log);
            if (life == Life.FAILED) {
                waiters.failAll(new IOException("this replica applies nothing any more: " + failure));
            }
        } catch (DiskFailed e) {
            if (!e.isFull()) {
                fail(e);
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        return work;
    }

    /// Answers everything that was taken: on the tablet's thread, or by whoever steps the store.
    void drain() {
        life = life == Life.RUNNING ? Life.CLOSING : life;
        log.endClaims();
        while (!isQuiet()) {
            if (doWork() == 0) {
                if (isWriting()) {
                    awaitDisk();
                } else {
                    doorbell.sleep(DRAIN_SLEEP_NANOS);
                }
            }
        }
        waiters.failAll(new IOException("the store is shutting down"));
    }

    /// Waits for the log write under way.
    void awaitDisk() {
        try {
            log.await(handler);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private int workOnLog() throws IOException {
        int work = log.poll(handler);
        work += proposeFlushes();
        work += admit();
        log.poll(handler);
        return work;
    }

    private int admit() throws IOException {
        int admitted = 0;
        while (admitted < ADMITTED_PER_CYCLE_MAX) {
            Request request = waiting != null ? waiting : isHeldBack() ? null : inbox.poll();
            waiting = null;
            if (request == null) {
                break;
            }
            if (!admit(request)) {
                waiting = request;
                break;
            }
            admitted++;
        }
        return admitted;
    }

    /// While the buffers' budget is used up, requests wait in the inbox and their senders for them; but who asks a replica
    /// that does not lead is told so at once.
    private boolean isHeldBack() {
        return life == Life.RUNNING
                && engine.areBuffersFull()
                && engine.flushingTrouble().isEmpty()
                && log.isWritable();
    }

    /// @return false if the log has no room now
    private boolean admit(Request request) throws IOException {
        try {
            if (life == Life.CLOSING) {
                throw new Refused(ErrorCode.SHUTTING_DOWN, "the store is shutting down");
            }
            engine.flushingTrouble()
                    .ifPresent(why -> {
                        throw new Refused(ErrorCode.READ_ONLY, "the store only answers reads: " + why);
                    });
            space.check();
            int bytes = Admission.check(request.mutation());
            Mutation mutation = request.mutation();
            copiesWanted(request.durability());
            if (!isRepetition(request.tag()) && log.isWritable()) {
                mutation = engine.state().placement().inBody(mutation);
                engine.state().placement().checkWrite(mutation);
                checkStreamExists(mutation);
                bytes = mutation == request.mutation() ? bytes : (int) CommandCodec.bytes(mutation);
            }
            Pending pending = Pending.of(mutation, request.durability(), request.future());
            return append(mutation, request.tag(), pending, bytes);
        } catch (Refused e) {
            counters.refused().increment();
            request.future().completeExceptionally(e);
            return true;
        } catch (DiskFailed e) {
            if (!e.isFull()) {
                request.future().completeExceptionally(e);
                throw e;
            }
            space.exhausted();
            counters.refused().increment();
            request.future().completeExceptionally(SpaceGuard.refusal(e));
            return true;
        }
    }

    /// How many copies `durability` wants beyond what a commit means.
    ///
    /// @throws Refused `NOT_ENOUGH_REPLICAS` if there are fewer members than that
    private int copiesWanted(Durability durability) {
        if (!wantsCopies(durability)) {
            return 0;
        }
        int members = log.members();
        int copies = durability.copiesWanted(members);
        if (copies > members) {
            throw new Refused(
                    ErrorCode.NOT_ENOUGH_REPLICAS,
                    "durability of " + copies + " copies, but the group has " + members + " members");
        }
        return copies;
    }

    /// Most mutations want a commit, and the log need not count for them.
    private static boolean wantsCopies(Durability durability) {
        return durability.copiesWanted(1) > 0;
    }

    /// A repetition is answered as it was the first time, though its stream may be gone by now: obliterated by this very
    /// mutation, perhaps.
    private boolean isRepetition(WriteTag tag) {
        return tag.isTagged() && engine.state().sessions().find(tag).isPresent();
    }

    /// Keeps mutations of unknown streams out of the log where that is certain: this replica's state is the present one,
    /// and no creation is on its way.
    private void checkStreamExists(Mutation mutation) {
        if (inFlight.hasCreation()) {
            return;
        }
        switch (mutation) {
            case Mutation.Insert m -> engine.state().stream(m.stream());
            case Mutation.Delete m -> engine.state().stream(m.stream());
            case Mutation.DeleteUncommitted m -> engine.state().stream(m.stream());
            case Mutation.Flush m -> engine.state().stream(m.stream());
            case Mutation.Annotate m -> engine.state().stream(m.stream());
            case Mutation.Obliterate m -> engine.state().stream(m.stream());
            case Mutation.Atomic m -> m.replacements().forEach(replace -> engine.state().stream(replace.stream()));
            case Mutation.Create _, Mutation.OfTable _, Mutation.OfTablets _ -> {
                // Judged when it is applied.
            }
        }
    }

    private boolean append(Mutation mutation, WriteTag tag, Pending pending, int bytes) throws IOException {
        MemorySegment entry = log.claim(bytes);
        if (entry == null) {
            return false;
        }
        codec.encode(new Command(clock.epochNanos(), tag, mutation), entry);
        inFlight.add(log.publish(), pending);
        return true;
    }

    private int proposeFlushes() throws IOException {
        return engine.flushingTrouble().isEmpty() && log.isWritable()
                ? flushes.proposeDue(engine, clock.monotonicNanos())
                : 0;
    }

    private boolean propose(Mutation flush, Runnable ifLost) throws IOException {
        try {
            return append(flush, WriteTag.NONE, Pending.ofProposal(ifLost), (int) CommandCodec.bytes(flush));
        } catch (Refused notLeader) {
            return false;
        }
    }

    /// Proposes to flush whatever needs the oldest log entry.
    ///
    /// @return how many flushes were proposed
    int flushWhatHoldsTheLogBack() {
        return flush(() -> flushes.proposeOldest(engine));
    }

    /// Proposes to flush streams and tables whose buffers need log entries before `position`, as many as the log takes now.
    ///
    /// @return how many flushes were proposed
    int flushBefore(long position) {
        return flush(() -> flushes.proposeBefore(engine, position));
    }

    private interface Proposal {
        int run() throws IOException;
    }

    private int flush(Proposal proposal) {
        try {
            return log.isWritable() && life != Life.FAILED ? proposal.run() : 0;
        } catch (IOException | RuntimeException e) {
            fail(e);
            return 0;
        }
    }

    /// Says that the log is not needed before `position` any more.
    void release(long position) {
        try {
            log.release(position);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    /// What comes back from the log.
    private final class LogHandler implements CommandLog.Handler {
        /// A follower cannot ask for flushes: if nothing is being built, only the next entries bring its memory back. With a
        /// flusher that has failed nothing will, so that it stops at its budget.
        @Override
        public boolean takesEntries() {
            return !engine.areBuffersFull() || engine.flusher().isIdle() && engine.flushingTrouble().isEmpty();
        }

        @Override
        public void entry(long position, long term, long ticket, MemorySegment entry) throws IOException {
            Command command = codec.decode(entry, "log entry " + position);
            Pending pending = ticket == 0 ? null : inFlight.take(ticket);
            try {
                Outcome outcome = engine.state().apply(position, term, command);
                counters.applied(command.mutation());
                if (pending != null) {
                    answer(pending, position, outcome);
                }
            } catch (Refused e) {
                counters.refused().increment();
                if (pending != null) {
                    pending.future().completeExceptionally(e);
                }
            }
        }

        @Override
        public void advanced(long position, long term) {
            engine.state().advance(position, term);
        }

        @Override
        public void logged(long fromTicket, long untilTicket, long firstPosition, long term) {
            for (long ticket = fromTicket; ticket < untilTicket; ticket++) {
                Pending pending = inFlight.get(ticket);
                if (pending.durability().isLeader()) {
                    LogPosition logged =
                            new LogPosition(engine.state().group(), term, firstPosition + ticket - fromTicket);
                    pending.future().complete(new Outcome(Version.ZERO, 0, logged));
                }
            }
        }

        @Override
        public void cut(long fromPosition, long termMax) {
            Reverts.Revert revert = new Reverts.Revert(engine.state().group(), fromPosition, termMax);
            revertListeners.forEach(listener -> listener.accept(revert));
        }

        @Override
        public void lost(long fromTicket, long untilTicket, boolean inDoubt, String why) {
            for (long ticket = fromTicket; ticket < untilTicket; ticket++) {
                Pending pending = inFlight.take(ticket);
                pending.ifLost().run();
                pending.future()
                        .completeExceptionally(
                                inDoubt
                                        ? new IOException("the mutation is in doubt: " + why)
                                        : new Refused(ErrorCode.NOT_LEADER, why));
            }
        }
    }

    /// Answers a mutation that is applied, at once or when there are enough copies of it.
    private void answer(Pending pending, long position, Outcome outcome) {
        int copies = wantsCopies(pending.durability()) ? pending.durability().copiesWanted(log.members()) : 0;
        if (copies == 0 || copies <= log.durableCopies(position)) {
            pending.future().complete(outcome);
        } else {
            waiters.untilCopied(
                    position,
                    copies,
                    () -> pending.future().complete(outcome),
                    pending.future()::completeExceptionally);
        }
    }

    /// Nothing is known of the disk any more: whoever waits learns that its mutation is in doubt, and no other is taken.
    void fail(Exception cause) {
        life = Life.FAILED;
        failure = cause.getMessage();
        LOG.error("The tablet takes no more mutations; reads go on.", cause);
        IOException inDoubt = new IOException("the mutation is in doubt: " + cause.getMessage(), cause);
        inFlight.takeAll(pending -> pending.future().completeExceptionally(inDoubt));
        waiters.failAll(inDoubt);
        refuseAll();
    }

    private int refuseAll() {
        int refused = 0;
        Refused readOnly = new Refused(ErrorCode.READ_ONLY, "the store only answers reads since it failed: " + failure);
        if (waiting != null) {
            waiting.future().completeExceptionally(readOnly);
            waiting = null;
        }
        for (Request request = inbox.poll(); request != null; request = inbox.poll()) {
            request.future().completeExceptionally(readOnly);
            refused++;
        }
        return refused;
    }
}
