package io.distil.wire.client;

import io.distil.base.BrokenInvariant;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.Frame;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;

/// The chunks of one answer between the client's thread and the owner of a cursor. Holds no more than was granted; the
/// owner grants anew as it uses them up, half the credit at a time.
final class ChunkQueue implements ChunkReceiver, AutoCloseable {
    private static final Duration FOREVER = Duration.ofDays(365);

    /// A chunk and the frame that holds its columns.
    record Held(Answer.Chunk chunk, Frame frame) {}

    private final ClientLoop loop;
    private final int creditChunks;
    private final ArrayDeque<Held> chunks = new ArrayDeque<>();
    private StreamCall call;
    private Throwable failure;
    private boolean isEnded;
    private boolean isClosed;
    private Held current;
    private int usedUp;

    ChunkQueue(ClientLoop loop, int creditChunks) {
        this.loop = loop;
        this.creditChunks = creditChunks;
    }

    /// Asks; must come before anything else.
    void start(StreamCall newCall) {
        call = newCall;
        loop.submit(newCall);
    }

    /// The next chunk, or null at the end. What the chunk before it held is gone. Owner's thread.
    Answer.Chunk next() throws IOException {
        return next(FOREVER);
    }

    /// As {@link #next()}, but also null if nothing came in time; {@link #isOver} tells these apart.
    Answer.Chunk next(Duration timeout) throws IOException {
        BrokenInvariant.check(!loop.isOwnThread(), "a cursor was read on the client's own thread, which fills it");
        releaseCurrent();
        long untilNanos = System.nanoTime() + timeout.toNanos();
        synchronized (this) {
            while (chunks.isEmpty() && !isEnded && failure == null) {
                long leftMillis = (untilNanos - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    return null;
                }
                try {
                    wait(leftMillis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while waiting for the server");
                }
            }
            current = chunks.poll();
            if (current == null && failure != null) {
                throw Link.rethrown(failure);
            }
        }
        return current == null ? null : current.chunk();
    }

    synchronized boolean isOver() {
        return isEnded && chunks.isEmpty();
    }

    private void releaseCurrent() {
        if (current == null) {
            return;
        }
        current.frame().release();
        current = null;
        if (++usedUp >= (creditChunks + 1) / 2) {
            loop.grant(call, usedUp);
            usedUp = 0;
        }
    }

    @Override
    public void chunk(Answer.Chunk chunk, Frame frame) {
        synchronized (this) {
            if (!isClosed) {
                chunks.add(new Held(chunk, frame));
                notifyAll();
                return;
            }
        }
        frame.release();
    }

    @Override
    public synchronized void end() {
        isEnded = true;
        notifyAll();
    }

    @Override
    public synchronized void fail(Throwable cause) {
        failure = cause;
        notifyAll();
    }

    /// Drops what is left and tells the server to stop. Owner's thread.
    @Override
    public void close() {
        boolean isOver;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            isOver = isEnded || failure != null;
            chunks.forEach(held -> held.frame().release());
            chunks.clear();
        }
        if (current != null) {
            current.frame().release();
            current = null;
        }
        if (!isOver) {
            loop.cancel(call);
        }
    }
}
