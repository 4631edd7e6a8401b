package io.distil.wire.server;

import io.distil.base.BrokenInvariant;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Request;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// One streamed answer. The event loop grants credit and cancels; the reader thread pulls the cursor and sends.
///
/// ```
///            credit, room in the socket          end, error, cancel
///   parked ────────────────────────────► running ─────────────────► ended (cursor closed)
///      ▲                                   │
///      └───────────────────────────────────┘ no credit, or the socket is full
/// ```
///
/// The task is in its reader's queue at most once: `signals` counts the reasons to run that were not looked at yet, and
/// whoever raises it from zero puts the task into the queue.
final class ReadTask implements Runnable {
    private final Session session;
    private final Dispatcher dispatcher;
    private final long requestId;
    private final Request.Streamed request;
    private final ReaderPool.Reader reader;
    private final int creditMax;
    private final AtomicInteger signals = new AtomicInteger();
    private final AtomicLong credit = new AtomicLong();
    private volatile boolean cancelled;
    private ChunkSource source;
    private boolean ended;

    ReadTask(
            Session session,
            Dispatcher dispatcher,
            long requestId,
            Request.Streamed request,
            ReaderPool.Reader reader,
            int creditMax) {
        this.session = session;
        this.dispatcher = dispatcher;
        this.requestId = requestId;
        this.request = request;
        this.reader = reader;
        this.creditMax = creditMax;
    }

    /// Grants more chunks. What exceeds the bound is dropped, not kept: nobody has room for so much.
    void grant(long chunks) {
        credit.accumulateAndGet(chunks, (held, more) -> Math.min(creditMax, held + more));
        signal();
    }

    void cancel() {
        cancelled = true;
        signal();
    }

    /// Says that something changed: credit, room in the socket, or the wish to go on at all.
    void signal() {
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
            if (source == null) {
                source = dispatcher.open(request, reader);
            }
            if (credit.get() == 0 || !session.hasRoom()) {
                return false;
            }
            Answer.Chunk chunk = source.next();
            if (chunk == null) {
                end(new Answer.End());
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
