package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.io.InterruptedIOException;
import java.util.TreeSet;

/// Hands out the sequence numbers of a client's mutations, and holds the next one back while it lies too far from the
/// oldest unanswered one. It is the distance that counts, not how many are unanswered: the store remembers the outcomes of
/// the last so many numbers, and must still know the oldest that may be repeated. Any thread.
final class MutationWindow {
    private final int distanceMax;
    private final TreeSet<Long> unanswered = new TreeSet<>();
    private long lastSequence;
    private boolean closed;

    MutationWindow(int distanceMax) {
        this.distanceMax = distanceMax;
    }

    /// The next number, when there is room for it.
    ///
    /// @param waits false to be refused at once where there is no room
    synchronized long take(boolean waits) throws InterruptedIOException {
        while (!closed && !unanswered.isEmpty() && lastSequence + 1 - unanswered.first() >= distanceMax) {
            if (!waits) {
                throw new Refused(
                        ErrorCode.OVERLOADED,
                        "mutation "
                                + unanswered.first()
                                + " is unanswered, and "
                                + distanceMax
                                + " are the most that may be under way behind it");
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for room for a mutation");
            }
        }
        unanswered.add(++lastSequence);
        return lastSequence;
    }

    synchronized void answered(long sequence) {
        unanswered.remove(sequence);
        notifyAll();
    }

    /// Lets all who wait go on, to find the client closed.
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
