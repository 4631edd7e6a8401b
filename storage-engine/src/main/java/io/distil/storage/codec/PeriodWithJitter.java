package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

import java.util.Arrays;

/// Times near the ticks of a clock: each point has a tick, and a small distance from it.
///
/// A point without gap is one tick after the one before it; a gap skips ticks, a duplicate stays on the same one. The period
/// has a fraction, so that a rate like 120 Hz, whose period is no whole number of nanoseconds, does not run away from the
/// points; and the phase places the rounding, so that truncated ticks of such a rate leave no distance at all.
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 8 | first | nanoseconds |
/// | 1..10 | unit | varint, nanoseconds, at least 1 |
/// | 1..10 | period | varint, `q` units |
/// | 4 + 4 | fraction, phase | `f` and `h`: 2^-32 units |
/// | 1 | steps | 0: every step is one tick; 1: they follow |
/// | … | steps | count - 1 integers, {@link PackedIntegers} |
/// | rest | distances | count integers `d`, in units, {@link PackedIntegers} |
///
/// A time is first + unit × (tick × q + ⌊(tick × f + h) / 2^32⌋ + d), and the first tick is 0. Arithmetic wraps.
final class PeriodWithJitter implements TimeScheme {
    private static final int HEADER_BYTES_MAX = 8 + 10 + 10 + 8 + 1;
    private static final int COUNT_MIN = 8;
    private static final int SAMPLE_COUNT = 31;
    private static final int FRACTION_BITS = 32;
    private static final long FRACTION_MASK = (1L << FRACTION_BITS) - 1;
    private static final double FRACTION_ONE = 1L << FRACTION_BITS;
    private static final long SECOND_NANOS = 1_000_000_000;

    /// Ticks beyond this leave no room for the fraction's product.
    private static final long TICK_MAX = 1L << 30;

    private final PackedIntegers stepPacking = new PackedIntegers();
    private final PackedIntegers distancePacking = new PackedIntegers();
    private final long[] steps = new long[Chunk.POINT_COUNT_MAX];
    private final long[] ticks = new long[Chunk.POINT_COUNT_MAX];
    private final long[] offsets = new long[Chunk.POINT_COUNT_MAX];
    private final long[] distances = new long[Chunk.POINT_COUNT_MAX];
    private final long[] sample = new long[SAMPLE_COUNT];
    private boolean stepsAreOne;
    private long period;
    private long fraction;
    private long phase;

    @Override
    public int number() {
        return 1;
    }

    @Override
    public String label() {
        return "period-with-jitter";
    }

    @Override
    public int plan(TimeChunk chunk, int bytesToBeat) {
        int count = chunk.count();
        if (count < COUNT_MIN || !countTicks(chunk)) {
            return INAPPLICABLE;
        }
        fitPeriod(count);
        snapToRate(chunk, count);
        phase = 0;
        measure(count);
        placePhase(count);
        int stepBytes = stepsAreOne ? 0 : stepPacking.plan(steps, count - 1);
        return HEADER_BYTES_MAX + stepBytes + distancePacking.plan(distances, count);
    }

    @Override
    public void write(TimeChunk chunk, ByteSink out) {
        out.putLong(chunk.first());
        out.putVarint(chunk.unit());
        out.putVarint(period);
        out.putLong(fraction | phase << FRACTION_BITS);
        out.putByte(stepsAreOne ? 0 : 1);
        if (!stepsAreOne) {
            stepPacking.write(steps, chunk.count() - 1, out);
        }
        distancePacking.write(distances, chunk.count(), out);
    }

    @Override
    public void read(ByteSource in, long[] times, int count) throws CorruptBlock {
        long first = in.takeLong("first time");
        long unit = in.takeVarint("unit of times");
        long q = in.takeVarint("period");
        long parts = in.takeLong("fraction and phase");
        long f = parts & FRACTION_MASK;
        long h = parts >>> FRACTION_BITS;
        if (in.takeByteIn(0, 1, "steps") == 0) {
            distancePacking.read(in, times, count);
            for (int i = 0; i < count; i++) {
                times[i] = first + unit * (i * q + ((i * f + h) >>> FRACTION_BITS) + times[i]);
            }
        } else {
            stepPacking.read(in, steps, count - 1);
            distancePacking.read(in, times, count);
            long tick = 0;
            for (int i = 0; i < count; i++) {
                times[i] = first + unit * (tick * q + ((tick * f + h) >>> FRACTION_BITS) + times[i]);
                tick += steps[i];
            }
        }
    }

    /// Gives every point a tick by dividing the differences by their median.
    ///
    /// @return false if the median is 0 or the ticks are too many
    private boolean countTicks(TimeChunk chunk) {
        long[] differences = chunk.differences();
        int count = chunk.count();
        long median = sampledMedian(differences, count - 1);
        if (median <= 0) {
            return false;
        }
        double perTick = 1.0 / median;
        long unlikeOne = 0;
        long tick = 0;
        long offset = 0;
        ticks[0] = 0;
        offsets[0] = 0;
        for (int i = 0; i < count - 1; i++) {
            long step = (long) (differences[i] * perTick + 0.5);
            steps[i] = step;
            unlikeOne |= step ^ 1;
            tick += step;
            offset += differences[i];
            ticks[i + 1] = tick;
            offsets[i + 1] = offset;
        }
        stepsAreOne = unlikeOne == 0;
        return tick > 0 && tick < TICK_MAX;
    }

    /// The period between the first and the last point, made better by a line of least squares through the distances from
    /// it: two jittered ends alone would tilt the line by as much as the jitter.
    private void fitPeriod(int count) {
        setPeriod((double) offsets[count - 1] / ticks[count - 1]);
        measure(count);
        double tickSum = 0;
        double distanceSum = 0;
        for (int i = 0; i < count; i++) {
            tickSum += ticks[i];
            distanceSum += distances[i];
        }
        double tickMean = tickSum / count;
        double distanceMean = distanceSum / count;
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < count; i++) {
            double tick = ticks[i] - tickMean;
            covariance += tick * (distances[i] - distanceMean);
            variance += tick * tick;
        }
        setPeriod(period + fraction / FRACTION_ONE + covariance / variance);
    }

    /// Takes the exact period of a whole number of points a second where it is as near as the points can tell.
    private void snapToRate(TimeChunk chunk, int count) {
        double exact = period + fraction / FRACTION_ONE;
        long rate = chunk.unit() == 1 ? Math.round(SECOND_NANOS / exact) : 0;
        if (rate > 0 && Math.abs((double) SECOND_NANOS / rate - exact) * ticks[count - 1] < 1) {
            period = SECOND_NANOS / rate;
            // Rounded up: the fraction's error then adds less than one part in 2^32 at any tick of a chunk.
            fraction = ((SECOND_NANOS % rate << FRACTION_BITS) + rate - 1) / rate;
        }
    }

    private void setPeriod(double units) {
        double positive = Math.max(0, units);
        period = (long) positive;
        fraction = Math.min(FRACTION_MASK, Math.round((positive - period) * FRACTION_ONE));
    }

    private void measure(int count) {
        for (int i = 0; i < count; i++) {
            distances[i] = offsets[i] - (ticks[i] * period + ((ticks[i] * fraction + phase) >>> FRACTION_BITS));
        }
    }

    /// If the distances differ by one or two at most, looks for a phase that makes them all alike: point `i` then demands
    /// `d·2^32 - low <= phase` and `phase < d·2^32 - low + 2^32`, with `low` the fraction lost below its tick.
    private void placePhase(int count) {
        long first = distances[0];
        long unlike = 0;
        long lowest = Long.MIN_VALUE;
        long highest = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            long distance = distances[i] - first;
            unlike |= (distance + 2) & ~7L;
            long wanted = (distance << FRACTION_BITS) - (ticks[i] * fraction & FRACTION_MASK);
            lowest = Math.max(lowest, wanted);
            highest = Math.min(highest, wanted + FRACTION_MASK);
        }
        if (unlike == 0 && lowest <= highest) {
            phase = lowest & FRACTION_MASK;
            measure(count);
        }
    }

    private long sampledMedian(long[] differences, int count) {
        int taken = Math.min(SAMPLE_COUNT, count);
        for (int s = 0; s < taken; s++) {
            sample[s] = differences[s * count / taken];
        }
        Arrays.sort(sample, 0, taken);
        return sample[taken / 2];
    }
}
