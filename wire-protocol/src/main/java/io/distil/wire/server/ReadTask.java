package io.distil.wire.server;

import io.distil.base.BrokenInvariant;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Request;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// A streamed answer that is pulled from a cursor. The event loop grants credit and cancels; the reader thread pulls and
/// sends.
///
/// ```
///            gate passed, credit, room in the socket          end, error, cancel
///   parked ─────────────────────────────────────────► running ─────────────────► ended (cursor closed)
///      ▲                                                │
///      └────────────────────────────────────────────────┘ no credit, the socket is full, or nothing to say for now
/// ```
///
/// The task is in its reader's queue at most once: `signals` counts the reasons to run that were not looked at yet, and
/// whoever raises it from zero puts the task into the queue.
final class ReadTask implements StreamedAnswer, Runnable {
    /// How often a source that had nothing to say is asked again.
    private static final long LOOK_AGAIN_MILLIS = 20;

    private final Session session;
    private final Dispatcher dispatcher;
    private final Questions questions;
    private final long requestId;
    private final Request.Streamed request;
    private final ReaderPool.Reader reader;
    private final int creditMax;
    private final AtomicInteger signals = new AtomicInteger();
    private final AtomicLong credit = new AtomicLong();
    private volatile boolean cancelled;
    private volatile boolean hasPassed;
    private volatile Throwable refusal;
    private ChunkSource source;
    private boolean ended;

    ReadTask(
            Session session,
            Dispatcher dispatcher,
            Questions questions,
            long requestId,
            Request.Streamed request,
            ReaderPool.Reader reader,
            int creditMax) {
        this.session = session;
        this.dispatcher = dispatcher;
        this.questions = questions;
        this.requestId = requestId;
        this.request = request;
        this.reader = reader;
        this.creditMax = creditMax;
    }

    /// Says that the question may be put, or why not. Any thread.
    void pass(Throwable newRefusal) {
        refusal = newRefusal;
        hasPassed = true;
        signal();
    }

    @Override
    public void grant(long chunks) {
        credit.accumulateAndGet(chunks, (held, more) -> Math.min(creditMax, held + more));
        signal();
    }

    @Override
    public void cancel() {
        cancelled = true;
        signal();
    }

    /// Says that something changed: credit, room in the socket, or the wish to go on at all.
    @Override
    public void signal() {
        if (signals.getAndIncrement() == 0) {
            reader.execute(this);
        }
    }

    /// One chunk, then the other reads of this thread have their turn.
    @Override
    public void run() {
        int seen = signals.get();
        boolean more = !ended && step();
        if (!ended && (more || signals.addAndGet(-seen) != 0)) {
            reader.execute(this);
        }
    }

    /// @return true if there is a reason to go on at once
    private boolean step() {
        try {
            if (cancelled) {
                end(new Answer.End());
                return false;
            }
            if (!hasPassed) {
                return false;
            }
            if (refusal != null) {
                end(Failures.of(refusal));
                return false;
            }
            if (source == null) {
                source = questions.open(request, reader);
            }
            if (credit.get() == 0 || !session.hasRoom()) {
                return false;
            }
            Answer.Chunk chunk = source.next();
            if (chunk == null) {
                end(new Answer.End());
                return false;
            }
            if (chunk == ChunkSource.NOTHING_YET) {
                session.later(this::signal, LOOK_AGAIN_MILLIS);
                return false;
            }
            long left = credit.decrementAndGet();
            BrokenInvariant.check(left >= 0, "a chunk was pulled without credit");
            session.send(requestId, chunk);
            return true;
        } catch (Throwable e) {
            end(Failures.of(e));
            return false;
        }
    }

    /// The cursor is closed before the client hears of the end, so that whoever heard it finds nothing held.
    private void end(Answer last) {
        ended = true;
        Answer toSend = last;
        if (source != null) {
            try {
                source.close();
            } catch (RuntimeException e) {
                toSend = Failures.of(e);
            }
        }
        dispatcher.endRead(requestId, toSend);
    }
}
