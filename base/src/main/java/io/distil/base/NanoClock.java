package io.distil.base;

import java.time.Instant;

/// Time, handed in, so that a simulator can own it.
public interface NanoClock {
    /// Wall time: nanoseconds since the Unix epoch. May jump; never decides an order.
    long epochNanos();

    /// Nanoseconds from an arbitrary origin, never going back; for ages and time-outs.
    long monotonicNanos();

    NanoClock SYSTEM =
            new NanoClock() {
                @Override
                public long epochNanos() {
                    Instant now = Instant.now();
                    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
                }

                @Override
                public long monotonicNanos() {
                    return System.nanoTime();
                }
            };
}
