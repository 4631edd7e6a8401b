package io.distil.integration.history;

import io.distil.base.BrokenInvariant;

/// One call of one client.
///
/// Times are of one monotonic clock, taken before the request leaves and after the answer is there, so that the moment of
/// effect lies in `[calledNanos, returnedNanos]`.
///
/// @param client who called; shown in reports only
/// @param action what was asked, and what was answered
/// @param returnedNanos {@link #NEVER} if in doubt
public record Operation<A>(int client, A action, long calledNanos, long returnedNanos) {
    /// No answer: it may take effect at any time after its call, or never.
    public static final long NEVER = Long.MAX_VALUE;

    public Operation {
        BrokenInvariant.check(
                calledNanos <= returnedNanos, "called at " + calledNanos + ", returned at " + returnedNanos);
    }

    public boolean isInDoubt() {
        return returnedNanos == NEVER;
    }

    public boolean isConcurrentWith(Operation<?> other) {
        return calledNanos <= other.returnedNanos && other.calledNanos <= returnedNanos;
    }

    @Override
    public String toString() {
        return "client %d [%.3f ms, %s] %s"
                .formatted(
                        client,
                        calledNanos / 1e6,
                        isInDoubt() ? "in doubt" : "%.3f ms".formatted(returnedNanos / 1e6),
                        action);
    }
}
