package io.distil.integration.history;

import io.distil.base.NanoClock;

/// Turns calls into {@link Operation}s: times since it was made, by a monotonic clock.
final class Recorder {
    private final NanoClock clock;
    private final long originNanos;

    Recorder(NanoClock clock) {
        this.clock = clock;
        this.originNanos = clock.monotonicNanos();
    }

    /// To be asked before the request leaves.
    long nowNanos() {
        return clock.monotonicNanos() - originNanos;
    }

    /// To be asked when the answer is there.
    <A> Operation<A> answered(int client, A action, long calledNanos) {
        return new Operation<>(client, action, calledNanos, nowNanos());
    }

    <A> Operation<A> inDoubt(int client, A action, long calledNanos) {
        return new Operation<>(client, action, calledNanos, Operation.NEVER);
    }
}
