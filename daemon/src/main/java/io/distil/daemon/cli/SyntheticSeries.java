package io.distil.daemon.cli;

import io.distil.base.api.PointBatch;

import java.util.SplittableRandom;

/// One made-up series, point by point in time order, without end. Allocates nothing once made. One owner thread.
public abstract sealed class SyntheticSeries {
    private static final long SECOND = 1_000_000_000L;
    private static final double DAY_SECONDS = 86_400;

    /// The odd constant of Weyl sequences, which spreads neighbouring indices over all seeds.
    private static final long INDEX_FACTOR = 0x9E3779B97F4A7C15L;

    private final SplittableRandom random;
    private final long startNanos;
    private long number;
    private long time;
    private double value;

    private SyntheticSeries(long seed, int index, long startNanos) {
        this.random = new SplittableRandom(seed + (index + 1) * INDEX_FACTOR);
        this.startNanos = startNanos;
    }

    /// Moves to the next point.
    public final void next() {
        time = timeOf(number, random);
        value = valueOf(number, random);
        number++;
    }

    public final long time() {
        return time;
    }

    public final double value() {
        return value;
    }

    /// Appends the next points, at most `count` of them and no more than the batch has room for.
    ///
    /// @return how many
    public final int fill(PointBatch batch, long count) {
        int taken = (int) Math.min(count, batch.capacity() - batch.count());
        for (int i = 0; i < taken; i++) {
            next();
            batch.append(time, value);
        }
        return taken;
    }

    final long startNanos() {
        return startNanos;
    }

    abstract long timeOf(long point, SplittableRandom random);

    abstract double valueOf(long point, SplittableRandom random);

    /// A phasor's angle turns with the difference of the grid's frequency from its nominal one, which wanders by some
    /// millihertz.
    static final class Phasor extends SyntheticSeries {
        private static final int RATE_HZ = 120;
        private static final double WANDER_HZ = 0.0005;
        private static final double PULL = 0.001;
        private static final double NOISE_DEGREES = 0.005;
        private double offsetHz;
        private double degrees;

        Phasor(long seed, int index, long startNanos) {
            super(seed, index, startNanos);
        }

        @Override
        long timeOf(long point, SplittableRandom random) {
            return startNanos() + point / RATE_HZ * SECOND + point % RATE_HZ * SECOND / RATE_HZ;
        }

        @Override
        double valueOf(long point, SplittableRandom random) {
            offsetHz += WANDER_HZ * random.nextGaussian() - PULL * offsetHz;
            degrees = Math.IEEEremainder(degrees + 360 * offsetHz / RATE_HZ, 360);
            return (float) Math.IEEEremainder(degrees + NOISE_DEGREES * random.nextGaussian(), 360);
        }
    }

    static final class Temperature extends SyntheticSeries {
        private double drift;

        Temperature(long seed, int index, long startNanos) {
            super(seed, index, startNanos);
        }

        @Override
        long timeOf(long point, SplittableRandom random) {
            return startNanos() + point * SECOND;
        }

        @Override
        double valueOf(long point, SplittableRandom random) {
            drift += 0.002 * random.nextGaussian() - 0.0001 * drift;
            double daily = 4 * Math.sin(2 * Math.PI * point / DAY_SECONDS);
            return decimals(21 + daily + drift + 0.02 * random.nextGaussian(), 100);
        }
    }

    static final class Counts extends SyntheticSeries {
        Counts(long seed, int index, long startNanos) {
            super(seed, index, startNanos);
        }

        @Override
        long timeOf(long point, SplittableRandom random) {
            return startNanos() + point * 60 * SECOND;
        }

        @Override
        double valueOf(long point, SplittableRandom random) {
            double expected = 400 + 300 * Math.sin(2 * Math.PI * point * 60 / DAY_SECONDS);
            return Math.max(0, Math.rint(expected + Math.sqrt(expected) * random.nextGaussian()));
        }
    }

    static final class Irregular extends SyntheticSeries {
        private static final double MEAN_DISTANCE_NANOS = 10.0 * SECOND;
        private long lastTime;
        private double walk = 100;

        Irregular(long seed, int index, long startNanos) {
            super(seed, index, startNanos);
            lastTime = startNanos;
        }

        @Override
        long timeOf(long point, SplittableRandom random) {
            lastTime += point == 0 ? 0 : 1 + (long) (MEAN_DISTANCE_NANOS * -Math.log(1 - random.nextDouble()));
            return lastTime;
        }

        @Override
        double valueOf(long point, SplittableRandom random) {
            walk += random.nextGaussian();
            return walk;
        }
    }

    /// Steps of 0.05 from a start between 50 and 60, every 100 ms.
    static final class JitteredWalk extends SyntheticSeries {
        private static final long PERIOD_NANOS = 100_000_000;
        private static final int JITTER_NANOS = 50_000;
        private double walk = Double.NaN;

        JitteredWalk(long seed, int index, long startNanos) {
            super(seed, index, startNanos);
        }

        @Override
        long timeOf(long point, SplittableRandom random) {
            return startNanos() + point * PERIOD_NANOS + random.nextInt(-JITTER_NANOS, JITTER_NANOS + 1);
        }

        @Override
        double valueOf(long point, SplittableRandom random) {
            if (point == 0) {
                walk = 50 + 10 * random.nextDouble();
            }
            walk += 0.05 * random.nextGaussian();
            return decimals(walk, 1000);
        }
    }

    /// The double nearest to the value with that many decimals, as if it had been printed and read.
    private static double decimals(double value, double scale) {
        return Math.rint(value * scale) / scale;
    }
}
