package io.distil.wire.client;

import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;
import io.distil.base.NanoClock;
import io.distil.base.Refused;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/// Puts a request again, at whatever node the map then says, until it is answered or its time is over. Holds no thread.
///
/// The first repetition comes as soon as the map was asked for: most of the time the map was merely old. Then come pauses.
final class Repetition implements AutoCloseable {
    private final Router router;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("distil-cluster-client").daemon().factory());
    private final Set<Run<?>> runs = ConcurrentHashMap.newKeySet();
    private final NanoClock clock;
    private final ClusterClientOptions.Retry retry;
    private final RandomGenerator random;

    Repetition(Router router, NanoClock clock, ClusterClientOptions.Retry retry, RandomGenerator random) {
        this.router = router;
        this.clock = clock;
        this.retry = retry;
        this.random = random;
    }

    /// Whether a request that failed so can be put elsewhere, or here later.
    ///
    /// @param isTagged it changes something, once, however often it is put
    static boolean isWorthwhile(Throwable thrown, boolean isTagged) {
        return switch (thrown) {
            case Refused e ->
                    switch (e.code()) {
                        case NOT_LEADER, WRONG_TABLET, TOO_STALE, SHUTTING_DOWN -> true;
                        default -> false;
                    };
            case ConnectionLost _ -> true;
            case DiskFailed _, CorruptBlock _ -> false;
            // In doubt: the leader stopped leading in the middle of it.
            case IOException _ -> isTagged;
            default -> false;
        };
    }

    /// @param attempt puts the request, for the n-th time from 0
    /// @param isTagged see {@link #isWorthwhile}
    /// @param doubt added to the sentence when the time is over and it is not known whether it was done
    <T> CompletableFuture<T> run(
            IntFunction<CompletableFuture<T>> attempt, boolean isTagged, long timeoutNanos, String doubt) {
        Run<T> run = new Run<>(attempt, isTagged, clock.monotonicNanos() + timeoutNanos, doubt);
        runs.add(run);
        run.result.whenComplete((_, _) -> runs.remove(run));
        run.put();
        return run.result;
    }

    /// From now on nothing is put again.
    void stop() {
        timer.shutdownNow();
    }

    /// Fails what waited to be put again.
    @Override
    public void close() {
        stop();
        runs.forEach(Run::closed);
    }

    /// The pause before a repetition.
    long pauseNanos(int attempt) {
        long bound = Math.min(retry.pauseNanosMax(), retry.pauseNanosMin() << Math.min(attempt, 20));
        return bound / 2 + random.nextLong(bound / 2 + 1);
    }

    private final class Run<T> {
        private final IntFunction<CompletableFuture<T>> attempt;
        private final boolean isTagged;
        private final long deadlineNanos;
        private final String doubt;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private int attemptCount;
        private boolean isInDoubt;

        private Run(IntFunction<CompletableFuture<T>> attempt, boolean isTagged, long deadlineNanos, String doubt) {
            this.attempt = attempt;
            this.isTagged = isTagged;
            this.deadlineNanos = deadlineNanos;
            this.doubt = doubt;
        }

        private void put() {
            CompletableFuture<T> put;
            try {
                put = attempt.apply(attemptCount++);
            } catch (Refused e) {
                // It fits nowhere any more, but an earlier attempt may have.
                result.completeExceptionally(isInDoubt ? new ConnectionLost(e.getMessage() + doubt, e) : e);
                return;
            }
            put.whenComplete((value, thrown) -> {
                if (thrown == null) {
                    result.complete(value);
                } else {
                    failed(bare(thrown));
                }
            });
        }

        private void failed(Throwable thrown) {
            isInDoubt |= isTagged && !(thrown instanceof Refused);
            if (!isWorthwhile(thrown, isTagged)) {
                result.completeExceptionally(thrown);
                return;
            }
            long pauseNanos = attemptCount == 1 ? 0 : pauseNanos(attemptCount);
            if (clock.monotonicNanos() + pauseNanos - deadlineNanos >= 0) {
                result.completeExceptionally(
                        isInDoubt ? new ConnectionLost(thrown.getMessage() + doubt, thrown) : thrown);
                return;
            }
            // Whatever becomes of the question for the map: what is known may do by now.
            router.refresh().whenComplete((_, _) -> later(pauseNanos));
        }

        private void later(long pauseNanos) {
            try {
                timer.schedule(this::put, pauseNanos, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                closed();
            }
        }

        private void closed() {
            result.completeExceptionally(new ConnectionLost("the client is closed" + (isInDoubt ? doubt : "")));
        }
    }

    /// What was thrown, without what futures wrap around it.
    static Throwable bare(Throwable thrown) {
        Throwable bare = thrown;
        while ((bare instanceof CompletionException || bare instanceof ExecutionException) && bare.getCause() != null) {
            bare = bare.getCause();
        }
        return bare;
    }
}
