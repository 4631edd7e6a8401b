package io.distil.distillates;

import io.distil.base.NanoClock;

/// A clock that moves when it is told to.
final class TestClock implements NanoClock {
    private long nanos = 1;

    void advance(long byNanos) {
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
