package io.distil.replication.raft;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// Shares read barriers: a read may use any barrier that begins after it, so all that arrive while one is under way wait
/// together for the next.
///
/// ```
///   IDLE ──read──> ONE UNDER WAY ──read──> ONE UNDER WAY, ONE WAITED FOR ──done──> ONE UNDER WAY
/// ```
///
/// Safe for use by many threads.
final class ReadBarriers {
    private final Supplier<CompletableFuture<Long>> barrier;
    private CompletableFuture<Long> underWay;
    private CompletableFuture<Long> next;

    /// @param barrier begins one
    ReadBarriers(Supplier<CompletableFuture<Long>> barrier) {
        this.barrier = barrier;
    }

    /// A barrier that begins now or later.
    CompletableFuture<Long> await() {
        CompletableFuture<Long> mine = new CompletableFuture<>();
        synchronized (this) {
            if (underWay != null) {
                next = next == null ? mine : next;
                return next;
            }
            underWay = mine;
        }
        begin(mine);
        return mine;
    }

    private void begin(CompletableFuture<Long> waiters) {
        barrier.get()
                .whenComplete((position, failure) -> {
                    CompletableFuture<Long> following;
                    synchronized (this) {
                        following = next;
                        underWay = following;
                        next = null;
                    }
                    if (following != null) {
                        begin(following);
                    }
                    if (failure == null) {
                        waiters.complete(position);
                    } else {
                        waiters.completeExceptionally(failure);
                    }
                });
    }
}
