package io.distil.pqm;

import io.distil.base.NanoClock;

/// Time as the test says.
final class HandClock implements NanoClock {
    long nowNanos;

    @Override
    public long epochNanos() {
        return nowNanos;
    }

    @Override
    public long monotonicNanos() {
        return nowNanos;
    }
}
