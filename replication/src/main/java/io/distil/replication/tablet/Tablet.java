package io.distil.replication.tablet;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;
import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.WriteTag;
import io.distil.pqm.Pqm;
import io.distil.pqm.StreamBuffer;
import io.distil.replication.command.Command;
import io.distil.replication.command.CommandCodec;
import io.distil.replication.log.CommandLog;

import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

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

    private record Request(Mutation mutation, WriteTag tag, CompletableFuture<Outcome> future) {}

    private record Pending(long position, CompletableFuture<Outcome> future) {}

    private static final Logger LOG = LoggerFactory.getLogger(Tablet.class);
    private static final int ADMITTED_PER_CYCLE_MAX = 1024;

    private final CommandLog log;
    private final TabletState state;
    private final Pqm pqm;
    private final NanoClock clock;
    private final SpaceGuard space;
    private final CommandCodec codec = new CommandCodec();
    private final Doorbell doorbell = new Doorbell();
    private final TabletCounters counters;

    /// Why nothing is flushed any more; then nothing is taken, or memory would run out.
    private final Supplier<Optional<String>> flushingTrouble;

    /// Mutations from any thread.
    private final ManyToOneConcurrentLinkedQueue<Request> inbox = new ManyToOneConcurrentLinkedQueue<>();

    /// What other threads want done on this one; never held back.
    private final ManyToOneConcurrentLinkedQueue<Runnable> errands = new ManyToOneConcurrentLinkedQueue<>();

    /// Logged and not yet applied, by position.
    private final Deque<Pending> pending = new ArrayDeque<>();

    /// The admitted request that found no room in the log; it goes first.
    private Request waiting;

    private int creationsInFlight;
    private volatile Life life = Life.RUNNING;
    private volatile String failure = "";

    Tablet(
            CommandLog log,
            TabletState state,
            Pqm pqm,
            NanoClock clock,
            SpaceGuard space,
            TabletCounters counters,
            Supplier<Optional<String>> flushingTrouble) {
        this.log = log;
        this.state = state;
        this.pqm = pqm;
        this.clock = clock;
        this.space = space;
        this.counters = counters;
        this.flushingTrouble = flushingTrouble;
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

    CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag) {
        CompletableFuture<Outcome> future = new CompletableFuture<>();
        inbox.offer(new Request(mutation, tag, future));
        doorbell.ring();
        return future;
    }

    /// Runs `errand` on the tablet's thread.
    void execute(Runnable errand) {
        errands.offer(errand);
        doorbell.ring();
    }

    void beginClose() {
        if (life == Life.RUNNING) {
            life = Life.CLOSING;
        }
        doorbell.ring();
    }

    /// True if every mutation was answered and nothing is on its way to the log.
    boolean isQuiet() {
        return inbox.isEmpty() && waiting == null && (life == Life.FAILED || log.isIdle()) && errands.isEmpty();
    }

    /// True while a log write is under way: then {@link #awaitDisk} is better than sleeping.
    boolean isWriting() {
        return life != Life.FAILED && !log.isIdle();
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
        } catch (DiskFailed e) {
            if (!e.isFull()) {
                fail(e);
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
        return work;
    }

    /// Waits for the log write under way.
    void awaitDisk() {
        try {
            log.await(this::apply);
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private int workOnLog() throws IOException {
        int work = log.poll(this::apply);
        work += proposeFlushes();
        work += admit();
        log.poll(this::apply);
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

    /// While the buffers' budget is used up, requests wait in the inbox and their senders for them.
    private boolean isHeldBack() {
        return pqm.isFull() && flushingTrouble.get().isEmpty();
    }

    /// @return false if the log has no room now
    private boolean admit(Request request) throws IOException {
        try {
            if (life == Life.CLOSING) {
                throw new Refused(ErrorCode.SHUTTING_DOWN, "the store is shutting down");
            }
            flushingTrouble
                    .get()
                    .ifPresent(why -> {
                        throw new Refused(ErrorCode.READ_ONLY, "the store only answers reads: " + why);
                    });
            space.check();
            int bytes = Admission.check(request.mutation());
            if (!isRepetition(request.tag())) {
                checkStreamExists(request.mutation());
            }
            return append(request.mutation(), request.tag(), request.future(), bytes);
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

    /// A repetition is answered as it was the first time, though its stream may be gone by now: obliterated by this very
    /// mutation, perhaps.
    private boolean isRepetition(WriteTag tag) {
        return tag.isTagged() && state.sessions().find(tag).isPresent();
    }

    /// Keeps mutations of unknown streams out of the log where that is certain: no creation is on its way.
    private void checkStreamExists(Mutation mutation) {
        if (creationsInFlight > 0) {
            return;
        }
        switch (mutation) {
            case Mutation.Insert m -> state.stream(m.stream());
            case Mutation.Delete m -> state.stream(m.stream());
            case Mutation.DeleteUncommitted m -> state.stream(m.stream());
            case Mutation.Flush m -> state.stream(m.stream());
            case Mutation.Annotate m -> state.stream(m.stream());
            case Mutation.Obliterate m -> state.stream(m.stream());
            case Mutation.Atomic m -> m.replacements().forEach(replace -> state.stream(replace.stream()));
            case Mutation.Create _, Mutation.OfTable _, Mutation.OfTablets _ -> {
                // Judged when it is applied.
            }
        }
    }

    private boolean append(Mutation mutation, WriteTag tag, CompletableFuture<Outcome> future, int bytes)
            throws IOException {
        MemorySegment entry = log.claim(bytes);
        if (entry == null) {
            return false;
        }
        codec.encode(new Command(clock.epochNanos(), tag, mutation), entry);
        pending.addLast(new Pending(log.publish(), future));
        if (mutation instanceof Mutation.Create) {
            creationsInFlight++;
        }
        return true;
    }

    /// A flush changes the version, so it is an entry like any other; nobody waits for it.
    private int proposeFlushes() throws IOException {
        if (flushingTrouble.get().isPresent()) {
            return 0;
        }
        int proposed = 0;
        long now = clock.monotonicNanos();
        Optional<StreamBuffer> due = pqm.flushQueue().nextToFlush(now);
        while (due.isPresent()) {
            if (!proposeFlush(due.get().id())) {
                pqm.flushQueue().notFlushed(due.get());
                break;
            }
            proposed++;
            due = pqm.flushQueue().nextToFlush(now);
        }
        return proposed;
    }

    private boolean proposeFlush(StreamId stream) throws IOException {
        Mutation flush = new Mutation.Flush(stream);
        return append(flush, WriteTag.NONE, new CompletableFuture<>(), (int) CommandCodec.bytes(flush));
    }

    /// Proposes to flush the stream whose buffer needs the oldest log entry.
    ///
    /// @return how many flushes were proposed
    int flushWhatHoldsTheLogBack() {
        TabletStream oldest = null;
        for (TabletStream stream : state.streams().values()) {
            if (oldest == null || stream.firstNeeded() < oldest.firstNeeded()) {
                oldest = stream;
            }
        }
        boolean nothingToDo =
                oldest == null
                        || oldest.firstNeeded() == Long.MAX_VALUE
                        || oldest.hasPendingCommit()
                        || oldest.isFlushProposed();
        try {
            if (nothingToDo || !proposeFlush(oldest.id())) {
                return 0;
            }
            oldest.setFlushProposed();
            return 1;
        } catch (IOException e) {
            fail(e);
            return 0;
        }
    }

    private void apply(long position, MemorySegment entry) throws IOException {
        Command command = codec.decode(entry, "log entry " + position);
        Pending waiter = pending.removeFirst();
        BrokenInvariant.check(
                waiter.position() == position, "entry " + position + " came back, " + waiter.position() + " was next");
        if (command.mutation() instanceof Mutation.Create) {
            creationsInFlight--;
        }
        try {
            Outcome outcome = state.apply(position, command);
            counters.applied(command.mutation());
            waiter.future().complete(outcome);
        } catch (Refused e) {
            counters.refused().increment();
            waiter.future().completeExceptionally(e);
        }
    }

    /// Nothing is known of the disk any more: whoever waits learns that its mutation is in doubt, and no other is taken.
    private void fail(Exception cause) {
        life = Life.FAILED;
        failure = cause.getMessage();
        LOG.error("The tablet takes no more mutations; reads go on.", cause);
        IOException inDoubt = new IOException("the mutation is in doubt: " + cause.getMessage(), cause);
        for (Pending waiter = pending.pollFirst(); waiter != null; waiter = pending.pollFirst()) {
            waiter.future().completeExceptionally(inDoubt);
        }
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
