package io.distil.wire.server;

import io.distil.base.ErrorCode;
import io.distil.wire.frame.Answer;

import java.util.ArrayDeque;

/// A streamed answer whose chunks come when they come: reverts, and the sentences of a cluster operation. They wait here for
/// credit, a bounded number of them. Fields belong to the connection's event loop.
final class PushTask implements StreamedAnswer {
    /// Beyond it the client is not listening, and is told so by the end of the answer.
    private static final int WAITING_MAX = 1024;

    private final Session session;
    private final Dispatcher dispatcher;
    private final long requestId;
    private final int creditMax;
    private final ArrayDeque<Answer.Chunk> waiting = new ArrayDeque<>();
    private Runnable atEnd = () -> {};
    private long credit;
    private Answer last;
    private boolean isEnded;

    PushTask(Session session, Dispatcher dispatcher, long requestId, int creditMax) {
        this.session = session;
        this.dispatcher = dispatcher;
        this.requestId = requestId;
        this.creditMax = creditMax;
    }

    /// What to do when nobody listens any more.
    void atEnd(Runnable newAtEnd) {
        atEnd = newAtEnd;
    }

    /// Hands a chunk over. Any thread; chunks of one thread keep their order.
    void offer(Answer.Chunk chunk) {
        session.onLoop(() -> {
            waiting.add(chunk);
            if (waiting.size() > WAITING_MAX) {
                waiting.clear();
                last =
                        new Answer.Failure(
                                ErrorCode.OVERLOADED,
                                true,
                                "the client took nothing while " + WAITING_MAX + " chunks came");
            }
            send();
        });
    }

    /// Ends the answer behind what was handed over. Any thread.
    void end(Answer newLast) {
        session.onLoop(() -> {
            last = newLast;
            send();
        });
    }

    @Override
    public void grant(long chunks) {
        credit = Math.min(creditMax, credit + chunks);
        send();
    }

    @Override
    public void cancel() {
        waiting.clear();
        last = new Answer.End();
        send();
    }

    @Override
    public void signal() {
        send();
    }

    private void send() {
        while (!isEnded && credit > 0 && !waiting.isEmpty() && session.hasRoom()) {
            credit--;
            session.send(requestId, waiting.poll());
        }
        if (!isEnded && waiting.isEmpty() && last != null) {
            isEnded = true;
            atEnd.run();
            dispatcher.endRead(requestId, last);
        }
        if (isEnded) {
            waiting.clear();
        }
    }
}
