package io.distil.wire.server;

import io.distil.base.BrokenInvariant;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Memory that the frames of all connections may take together, given out in the order of asking, so that a large frame is
/// not overtaken for ever by small ones. Any thread.
///
/// A frame's memory is reserved whole before its body is read. So whoever holds a part of the budget needs no more of it
/// to finish, and connections that wait for each other cannot come to a standstill.
final class MemoryBudget {
    private final long bytesMax;
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private long bytesReserved;

    private record Waiter(long bytes, Runnable granted) {}

    MemoryBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Reserves at once and returns true; or returns false and calls `granted`, on some thread, when it has reserved.
    synchronized boolean reserve(long bytes, Runnable granted) {
        if (waiters.isEmpty() && bytesReserved + bytes <= bytesMax) {
            bytesReserved += bytes;
            return true;
        }
        waiters.add(new Waiter(bytes, granted));
        return false;
    }

    void release(long bytes) {
        List<Runnable> toCall = new ArrayList<>();
        synchronized (this) {
            bytesReserved -= bytes;
            BrokenInvariant.check(bytesReserved >= 0, "more frame memory was released than reserved");
            while (!waiters.isEmpty() && bytesReserved + waiters.peek().bytes() <= bytesMax) {
                bytesReserved += waiters.peek().bytes();
                toCall.add(waiters.poll().granted());
            }
        }
        toCall.forEach(Runnable::run);
    }
}
