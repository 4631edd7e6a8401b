package io.distil.daemon.cli;

import java.math.BigDecimal;
import java.math.MathContext;

/// Doubles for people's eyes.
final class NumberText {
    private static final MathContext SIX_DIGITS = new MathContext(6);

    /// From here on an exponent is shorter to read than digits.
    private static final double PLAIN_LIMIT = 1e15;

    private static final double PLAIN_MIN = 1e-5;

    private NumberText() {}

    /// The shortest text that reads back to the same double, without an exponent where that is no longer to read.
    static String exact(double value) {
        return value == 0 && 1 / value < 0 ? "-0" : plain(new BigDecimal(Double.toString(value)), value);
    }

    static String sixDigits(double value) {
        return plain(new BigDecimal(value).round(SIX_DIGITS), value);
    }

    private static String plain(BigDecimal number, double value) {
        double size = Math.abs(value);
        BigDecimal stripped = number.stripTrailingZeros();
        boolean isPlain = size == 0 || size >= PLAIN_MIN && size < PLAIN_LIMIT;
        return isPlain ? stripped.toPlainString() : stripped.toString().replace("E+", "e").replace("E", "e");
    }
}
