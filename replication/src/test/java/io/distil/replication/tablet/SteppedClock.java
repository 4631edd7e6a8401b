package io.distil.replication.tablet;

import io.distil.base.NanoClock;

/// A clock that stands still until it is moved.
public final class SteppedClock implements NanoClock {
    private long nanos = 1_000_000_000L;

    public void advance(long moreNanos) {
        nanos += moreNanos;
    }

    @Override
    public long epochNanos() {
        return nanos;
    }

    @Override
    public long monotonicNanos() {
        return nanos;
    }
}
