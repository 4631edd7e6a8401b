package io.distil.storage.codec;

import io.distil.base.CorruptBlock;
import java.util.Arrays;

/// Doubles that people or instruments wrote as decimals, as the integers they were scaled from; the few that are none are
/// patched in.
///
/// After Afroozeh, Kuffó and Boncz, "ALP: Adaptive Lossless floating-Point Compression" (SIGMOD 2024). ALP multiplies by two
/// inexact powers of ten and searches for a pair of exponents that survives. A division of two exact doubles is rounded
/// once, as the parser of a decimal rounds: every decimal of up to 15 digits comes back with one exponent, and no search
/// over pairs is needed. Values that were computed as integer × 10^-k are not always those decimals; for them stands the
/// second form.
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 1 | exponent | bits 0..6: `k` in 0..22; bit 7: multiplied |
/// | 1..2 | exception count | varint, 0..count |
/// | ⌈e·p/8⌉ | exception positions | packed, `p` = bits of the last position |
/// | 8·e | exceptions | the bits of those values |
/// | rest | integers | count integers `d`, {@link IntegerColumn} |
///
/// A value is d / 10^k, or d × 10^-k with the double nearest to 10^-k, `d` turned into a double first.
final class DecimalValues implements ValueScheme {
    private static final int MULTIPLIED = 0x80;
    private static final int SAMPLE_COUNT = 32;
    private static final int HEADER_BYTES_MAX = 4;
    private static final int EXCEPTION_BITS = Long.SIZE + 11;

    /// The largest power of ten that is a double exactly.
    private static final int EXPONENT_MAX = 22;

    private static final double[] POWERS = new double[EXPONENT_MAX + 1];
    private static final double[] INVERSES = new double[EXPONENT_MAX + 1];

    /// Adding and subtracting this rounds a double below 2^51 to the nearest integer; its bits plus that integer are the
    /// bits of the sum.
    private static final double ROUNDER = 0x1.8p52;

    private static final long ROUNDER_BITS = Double.doubleToRawLongBits(ROUNDER);
    private static final double INTEGER_LIMIT = 0x1p51;

    static {
        for (int k = 0; k <= EXPONENT_MAX; k++) {
            POWERS[k] = Double.parseDouble("1e" + k);
            INVERSES[k] = Double.parseDouble("1e-" + k);
        }
    }

    private final IntegerColumn column = new IntegerColumn();
    private final long[] integers = new long[Chunk.POINT_COUNT_MAX];
    private final long[] positions = new long[Chunk.POINT_COUNT_MAX];
    private final long[] exceptions = new long[Chunk.POINT_COUNT_MAX];
    private final int[] sampleCounts = new int[EXPONENT_MAX + 1];
    private int exponent;
    private boolean multiplied;
    private int exceptionCount;

    @Override
    public int number() {
        return 1;
    }

    @Override
    public String label() {
        return "decimal";
    }

    @Override
    public int plan(ValueChunk chunk, int bytesToBeat) {
        if (!chooseExponent(chunk)) {
            return INAPPLICABLE;
        }
        int count = chunk.count();
        exceptionCount = multiplied ? scaleMultiplied(chunk) : scaleDivided(chunk);
        int exceptionBytes = (exceptionCount * EXCEPTION_BITS + 7) >>> 3;
        if (exceptionBytes >= bytesToBeat) {
            return INAPPLICABLE;
        }
        fillExceptions(chunk.bits());
        return HEADER_BYTES_MAX + exceptionBytes + column.plan(integers, count);
    }

    @Override
    public void write(ValueChunk chunk, ByteSink out) {
        out.putByte(multiplied ? exponent | MULTIPLIED : exponent);
        out.putVarint(exceptionCount);
        out.putPacked(positions, 0, exceptionCount, BitPacking.width(chunk.count() - 1), 0);
        out.putPacked(exceptions, 0, exceptionCount, Long.SIZE, 0);
        column.write(out);
    }

    @Override
    public void read(ByteSource in, double[] values, int count) throws CorruptBlock {
        int head = in.takeByte("decimal exponent");
        int k = head & ~MULTIPLIED;
        if (k > EXPONENT_MAX) {
            throw new CorruptBlock("decimal exponent is " + k + ", not in 0.." + EXPONENT_MAX);
        }
        int patchCount = in.takeVarintIn(0, count, "exception count of decimals");
        in.takePacked(positions, 0, patchCount, BitPacking.width(count - 1), 0, "exception positions of decimals");
        in.takePacked(exceptions, 0, patchCount, Long.SIZE, 0, "exceptions of decimals");
        column.read(in, integers, count);
        if (head != k) {
            multiply(values, count, INVERSES[k]);
        } else if (k == 0) {
            multiply(values, count, 1);
        } else {
            divide(values, count, POWERS[k]);
        }
        for (int e = 0; e < patchCount; e++) {
            if (positions[e] >= count) {
                throw new CorruptBlock("decimal exception at " + positions[e] + " of " + count);
            }
            values[(int) positions[e]] = Double.longBitsToDouble(exceptions[e]);
        }
    }

    private void divide(double[] values, int count, double power) {
        for (int i = 0; i < count; i++) {
            values[i] = integers[i] / power;
        }
    }

    private void multiply(double[] values, int count, double inverse) {
        for (int i = 0; i < count; i++) {
            values[i] = integers[i] * inverse;
        }
    }

    /// Looks at a sample for the exponent with the least bits, exceptions included.
    ///
    /// @return false if too few of the sample are decimals
    private boolean chooseExponent(ValueChunk chunk) {
        return sampleFits(chunk, false) || sampleFits(chunk, true);
    }

    private boolean sampleFits(ValueChunk chunk, boolean byMultiplying) {
        double[] values = chunk.values();
        int taken = Math.min(SAMPLE_COUNT, chunk.count());
        Arrays.fill(sampleCounts, 0);
        int fitting = 0;
        for (int s = 0; s < taken; s++) {
            int k = smallestExponent(values[s * chunk.count() / taken], byMultiplying);
            if (k >= 0) {
                sampleCounts[k]++;
                fitting++;
            }
            if (s == taken / 4 && fitting == 0) {
                return false;
            }
        }
        if (fitting * 2 < taken) {
            return false;
        }
        multiplied = byMultiplying;
        exponent = cheapestExponent(taken);
        return true;
    }

    /// A digit costs log2(10) bits in every value; a value that needs more digits is an exception.
    private int cheapestExponent(int taken) {
        int best = 0;
        double bestBits = Double.MAX_VALUE;
        int covered = 0;
        for (int k = 0; k <= EXPONENT_MAX; k++) {
            covered += sampleCounts[k];
            double bits = 3.33 * k * taken + (double) (taken - covered) * EXCEPTION_BITS;
            if (bits < bestBits) {
                bestBits = bits;
                best = k;
            }
        }
        return best;
    }

    private static int smallestExponent(double value, boolean byMultiplying) {
        long bits = Double.doubleToRawLongBits(value);
        for (int k = 0; k <= EXPONENT_MAX; k++) {
            double scaled = value * POWERS[k];
            if (!(Math.abs(scaled) < INTEGER_LIMIT)) {
                return -1;
            }
            double whole = scaled + ROUNDER - ROUNDER;
            double back = byMultiplying ? whole * INVERSES[k] : whole / POWERS[k];
            if (Double.doubleToRawLongBits(back) == bits) {
                return k;
            }
        }
        return -1;
    }

    /// The integers, and the positions of values that they do not give back; both without a branch per value. Huge values
    /// and NaN fail the comparison, as does -0.0.
    private int scaleDivided(ValueChunk chunk) {
        double[] values = chunk.values();
        long[] bits = chunk.bits();
        double power = POWERS[exponent];
        int found = 0;
        for (int i = 0; i < chunk.count(); i++) {
            double rounded = values[i] * power + ROUNDER;
            integers[i] = Double.doubleToRawLongBits(rounded) - ROUNDER_BITS;
            double back = integers[i] / power;
            positions[found] = i;
            found += Double.doubleToRawLongBits(back) == bits[i] ? 0 : 1;
        }
        return found;
    }

    private int scaleMultiplied(ValueChunk chunk) {
        double[] values = chunk.values();
        long[] bits = chunk.bits();
        double power = POWERS[exponent];
        double inverse = INVERSES[exponent];
        int found = 0;
        for (int i = 0; i < chunk.count(); i++) {
            double rounded = values[i] * power + ROUNDER;
            integers[i] = Double.doubleToRawLongBits(rounded) - ROUNDER_BITS;
            double back = integers[i] * inverse;
            positions[found] = i;
            found += Double.doubleToRawLongBits(back) == bits[i] ? 0 : 1;
        }
        return found;
    }

    /// Keeps the bits of the exceptions, and puts the integer before in their places, so that they disturb neither range
    /// nor differences.
    private void fillExceptions(long[] bits) {
        for (int e = 0; e < exceptionCount; e++) {
            int position = (int) positions[e];
            exceptions[e] = bits[position];
            integers[position] = position == 0 ? 0 : integers[position - 1];
        }
        if (exceptionCount > 0 && positions[0] == 0) {
            int leading = 1;
            while (leading < exceptionCount && positions[leading] == leading) {
                leading++;
            }
            Arrays.fill(integers, 0, leading, leading < integers.length ? integers[leading] : 0);
        }
    }
}
