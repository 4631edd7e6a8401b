package io.distil.integration.simulation;

import io.distil.base.NanoClock;

/// Time that passes only when it is told to.
public final class SimulatedClock implements NanoClock {
    private long nanos = 1_700_000_000_000_000_000L;

    public void advance(long byNanos) {
        nanos += byNanos;
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
