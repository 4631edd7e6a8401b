package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

import java.util.Arrays;

/// Doubles that people or instruments wrote as decimals, as the integers they were scaled from, and how far each double lies
/// from its decimal.
///
/// After Afroozeh, Kuffó and Boncz, "ALP: Adaptive Lossless floating-Point Compression" (SIGMOD 2024), with two changes.
/// ALP multiplies by two inexact powers of ten and searches for a pair of exponents that survives. A division of two exact
/// doubles is rounded once, as the parser of a decimal rounds, so that every decimal of up to 15 digits comes back with one
/// exponent. And ALP writes each value that does not come back in full. Much real data has been calculated with after it was
/// read (51.846000000000004): such values miss their decimal by a few units in the last place, and that **correction** is
/// written instead. Values that are no decimals at all have a huge one, and become exceptions of the corrections.
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 1 | exponent | bits 0..5: `k` in 0..22; bit 6: corrections follow; bit 7: multiplied |
/// | … | integers | count integers `d`, {@link IntegerColumn} |
/// | rest | corrections | only with bit 6: count integers `c`, {@link PackedIntegers} |
///
/// The decimal is d / 10^k, or d × 10^-k with the double nearest to 10^-k, `d` turned into a double first. The value is the
/// double whose ordered integer ({@link OrderedBits}) is that of the decimal plus `c`.
final class DecimalValues implements ValueScheme {
    private static final int MULTIPLIED = 0x80;
    private static final int CORRECTED = 0x40;
    private static final int SAMPLE_COUNT = 32;
    private static final int PROBE_STEP = 4;

    /// Some values have trailing zeros, so that a few probes may ask for fewer digits than there are.
    private static final int EXPONENTS_BEYOND = 3;

    private static final int DECIMAL_WIDTH_MAX = 46;
    private static final int HEADER_BYTES = 1;

    /// The largest power of ten that is a double exactly.
    private static final int EXPONENT_MAX = 22;

    /// A double that needs as many bits for its correction is no decimal of this exponent.
    private static final int CORRECTION_WIDTH_MAX = 20;

    /// One more digit costs this in every integer: log2(10).
    private static final double DIGIT_BITS = 3.3219;

    /// An exception's position.
    private static final int POSITION_BITS = 10;

    private static final double[] POWERS = new double[EXPONENT_MAX + 1];
    private static final double[] INVERSES = new double[EXPONENT_MAX + 1];

    /// Adding this to a double below 2^51 rounds it to an integer; the bits of the sum are its own plus that integer.
    private static final double ROUNDER = 0x1.8p52;

    private static final double INTEGER_LIMIT = 0x1p51;
    private static final long ROUNDER_BITS = Double.doubleToRawLongBits(ROUNDER);

    static {
        for (int k = 0; k <= EXPONENT_MAX; k++) {
            POWERS[k] = Double.parseDouble("1e" + k);
            INVERSES[k] = Double.parseDouble("1e-" + k);
        }
    }

    private final IntegerColumn column = new IntegerColumn();
    private final PackedIntegers correctionPacking = new PackedIntegers();
    private final long[] integers = new long[Chunk.POINT_COUNT_MAX];
    private final long[] corrections = new long[Chunk.POINT_COUNT_MAX];
    private final int[] misfits = new int[Chunk.POINT_COUNT_MAX];
    private final int[] countsByWidth = new int[Long.SIZE + 1];
    private final double[] sample = new double[SAMPLE_COUNT];
    private int exponent;
    private boolean multiplied;
    private boolean corrected;
    private double sampleBits;
    private int exponentFrom;
    private int exponentUntil;

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
        int count = chunk.count();
        if (!chooseExponent(chunk)) {
            return INAPPLICABLE;
        }
        scale(chunk.values(), count);
        int misfitCount = correct(chunk.bits(), count);
        fillMisfits(chunk.bits(), misfitCount);
        int correctionBytes = corrected ? correctionPacking.plan(corrections, count) : 0;
        return HEADER_BYTES + correctionBytes + column.plan(integers, count);
    }

    @Override
    public void write(ValueChunk chunk, ByteSink out) {
        out.putByte(exponent | (corrected ? CORRECTED : 0) | (multiplied ? MULTIPLIED : 0));
        column.write(out);
        if (corrected) {
            correctionPacking.write(corrections, chunk.count(), out);
        }
    }

    @Override
    public void read(ByteSource in, double[] values, int count) throws CorruptBlock {
        int head = in.takeByte("decimal exponent");
        int k = head & (CORRECTED - 1);
        if (k > EXPONENT_MAX) {
            throw new CorruptBlock("decimal exponent is " + k + ", not in 0.." + EXPONENT_MAX);
        }
        column.read(in, integers, count);
        if ((head & MULTIPLIED) != 0) {
            multiply(values, count, INVERSES[k]);
        } else if (k == 0) {
            multiply(values, count, 1);
        } else {
            divide(values, count, POWERS[k]);
        }
        if ((head & CORRECTED) != 0) {
            correctionPacking.read(in, corrections, count);
            for (int i = 0; i < count; i++) {
                long ordered = ValueChunk.ordered(Double.doubleToRawLongBits(values[i])) + corrections[i];
                values[i] = Double.longBitsToDouble(ValueChunk.ordered(ordered));
            }
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

    /// Looks at a sample for the exponent and form with the least bits, corrections included. The first exponent that needs
    /// no corrections ends the search: more digits only cost more.
    ///
    /// @return false if the sample hardly has decimals
    private boolean chooseExponent(ValueChunk chunk) {
        int taken = Math.min(SAMPLE_COUNT, chunk.count());
        for (int s = 0; s < taken; s++) {
            sample[s] = chunk.values()[s * chunk.count() / taken];
        }
        if (!probeExponents(taken)) {
            return false;
        }
        sampleBits = Double.MAX_VALUE;
        for (int k = exponentFrom; k < exponentUntil; k++) {
            double divideBits = correctionBits(taken, k, false);
            double multiplyBits = k == 0 || divideBits == 0 ? divideBits : correctionBits(taken, k, true);
            double bits = DIGIT_BITS * k + Math.min(divideBits, multiplyBits);
            if (bits < sampleBits) {
                sampleBits = bits;
                exponent = k;
                multiplied = multiplyBits < divideBits;
            }
            if (Math.min(divideBits, multiplyBits) == 0) {
                break;
            }
        }
        return true;
    }

    /// Which exponents a part of the sample asks for: those at which integer and correction together are shorter than a
    /// mantissa. For a double that is no decimal their widths add up to a mantissa at every exponent.
    private boolean probeExponents(int taken) {
        int probes = 0;
        int decimals = 0;
        exponentFrom = EXPONENT_MAX;
        exponentUntil = 0;
        for (int s = 0; s < taken; s += PROBE_STEP) {
            probes++;
            int k = 0;
            while (k <= EXPONENT_MAX && decimalWidth(sample[s], k) > DECIMAL_WIDTH_MAX) {
                k++;
            }
            if (k <= EXPONENT_MAX) {
                decimals++;
                exponentFrom = Math.min(exponentFrom, k);
                exponentUntil = Math.max(exponentUntil, Math.min(EXPONENT_MAX, k + EXPONENTS_BEYOND) + 1);
            }
        }
        return decimals * 4 >= probes;
    }

    private static int decimalWidth(double value, int k) {
        double scaled = value * POWERS[k];
        if (!(Math.abs(scaled) < INTEGER_LIMIT)) {
            return Long.SIZE;
        }
        double whole = scaled + ROUNDER - ROUNDER;
        long correction = correction(Double.doubleToRawLongBits(value), whole / POWERS[k]);
        return BitPacking.width((long) Math.abs(whole)) + BitPacking.width(BitPacking.zigzag(correction));
    }

    /// Bits per value that the corrections of the sample would take, packed at the best width, the wider ones as exceptions.
    private double correctionBits(int taken, int k, boolean multiplying) {
        Arrays.fill(countsByWidth, 0);
        int widest = 0;
        for (int s = 0; s < taken; s++) {
            double whole = sample[s] * POWERS[k] + ROUNDER - ROUNDER;
            double decimal = multiplying ? whole * INVERSES[k] : whole / POWERS[k];
            int width = BitPacking.width(BitPacking.zigzag(correction(Double.doubleToRawLongBits(sample[s]), decimal)));
            countsByWidth[width]++;
            widest = Math.max(widest, width);
        }
        int exceptionBits = POSITION_BITS + (widest > CORRECTION_WIDTH_MAX ? Long.SIZE : widest);
        int best = Integer.MAX_VALUE;
        int exceptionCount = 0;
        for (int width = widest; width >= 0; width--) {
            best = Math.min(best, taken * width + exceptionCount * exceptionBits);
            exceptionCount += countsByWidth[width];
        }
        return (double) best / taken;
    }

    private static long correction(long bits, double decimal) {
        return ValueChunk.ordered(bits) - ValueChunk.ordered(Double.doubleToRawLongBits(decimal));
    }

    private void scale(double[] values, int count) {
        double power = POWERS[exponent];
        for (int i = 0; i < count; i++) {
            integers[i] = Double.doubleToRawLongBits(values[i] * power + ROUNDER) - ROUNDER_BITS;
        }
    }

    /// Computes the corrections, and collects where they are too large, without a branch per value.
    private int correct(long[] bits, int count) {
        double factor = multiplied ? INVERSES[exponent] : POWERS[exponent];
        int found = 0;
        long any = 0;
        for (int i = 0; i < count; i++) {
            long correction = correction(bits[i], multiplied ? integers[i] * factor : integers[i] / factor);
            corrections[i] = correction;
            any |= correction;
            misfits[found] = i;
            found += BitPacking.zigzag(correction) >>> CORRECTION_WIDTH_MAX == 0 ? 0 : 1;
        }
        corrected = any != 0;
        return found;
    }

    /// Gives values that are no decimals the integer of the value before, so that they disturb neither range nor
    /// differences of the integers; their corrections, whatever they are, carry the difference.
    private void fillMisfits(long[] bits, int misfitCount) {
        double factor = multiplied ? INVERSES[exponent] : POWERS[exponent];
        for (int m = 0; m < misfitCount; m++) {
            int i = misfits[m];
            integers[i] = i == 0 ? 0 : integers[i - 1];
            corrections[i] = correction(bits[i], multiplied ? integers[i] * factor : integers[i] / factor);
        }
    }
}
