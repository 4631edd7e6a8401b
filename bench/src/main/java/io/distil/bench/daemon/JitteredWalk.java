package io.distil.bench.daemon;

import io.distil.base.api.PointBatch;

import java.util.SplittableRandom;

/// The set that the peers were measured on: a point every 100 ms, up to 50 µs early or late; a random walk kept to three
/// decimals. Always the same for the same index. One owner thread.
final class JitteredWalk {
    static final long START_NANOS = 1_700_000_000_000_000_000L;
    static final long PERIOD_NANOS = 100_000_000;

    private static final int JITTER_NANOS = 50_000;
    private static final double STEP = 0.05;

    private final SplittableRandom random;
    private long number;
    private double value;

    JitteredWalk(int index) {
        random = new SplittableRandom(index);
        value = 50 + 10 * random.nextDouble();
    }

    /// Fills the rest of the batch with the next points.
    PointBatch fill(PointBatch batch) {
        while (!batch.isFull()) {
            value += STEP * random.nextGaussian();
            long time = START_NANOS + number++ * PERIOD_NANOS + random.nextInt(-JITTER_NANOS, JITTER_NANOS + 1);
            batch.append(time, Math.rint(value * 1e3) / 1e3);
        }
        return batch;
    }
}
