package io.distil.daemon.cli;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Reads decimal numbers from bytes by the million, each to the nearest double.
///
/// A number of at most 18 digits whose integer form fits 53 bits, with a power of ten that a double holds exactly, is one
/// exact integer multiplied or divided by another, so a single rounding (W. D. Clinger: "How to Read Floating Point Numbers
/// Accurately", 1990). All others go the long way through the JDK.
final class NumberParser {
    private static final int EXACT_POWER_MAX = 22;
    private static final long EXACT_INTEGER_MAX = 1L << 53;
    private static final int DIGITS_MAX = 18;
    private static final double[] POWERS = new double[EXACT_POWER_MAX + 1];

    static {
        for (int power = 0; power <= EXACT_POWER_MAX; power++) {
            POWERS[power] = Double.parseDouble("1e" + power);
        }
    }

    private NumberParser() {}

    /// The number in `text[from, until)`, spaces around it aside.
    ///
    /// @return NaN if it is none; infinite if it is too large for a double or says so
    static double parse(byte[] text, int from, int until) {
        int at = from;
        int end = until;
        while (at < end && text[at] == ' ') {
            at++;
        }
        while (at < end && text[end - 1] == ' ') {
            end--;
        }
        int start = at;
        boolean isNegative = at < end && text[at] == '-';
        if (at < end && (text[at] == '-' || text[at] == '+')) {
            at++;
        }
        long digits = 0;
        int digitCount = 0;
        int fractionDigits = 0;
        boolean afterPoint = false;
        for (; at < end; at++) {
            int digit = text[at] - '0';
            if (digit >= 0 && digit <= 9) {
                digits = digits * 10 + digit;
                digitCount++;
                fractionDigits += afterPoint ? 1 : 0;
            } else if (text[at] == '.' && !afterPoint) {
                afterPoint = true;
            } else {
                break;
            }
        }
        boolean isExact = at == end && digitCount > 0 && digitCount <= DIGITS_MAX && digits <= EXACT_INTEGER_MAX;
        if (!isExact) {
            return parseSlowly(text, start, end);
        }
        double magnitude = digits / POWERS[fractionDigits];
        return isNegative ? -magnitude : magnitude;
    }

    /// The JDK's reader takes more than numbers of a file: `1f`, `0x1p3`. Those are none here.
    private static double parseSlowly(byte[] text, int from, int until) {
        String number = new String(text, from, until - from, StandardCharsets.ISO_8859_1);
        switch (number.toLowerCase(Locale.ROOT)) {
            case "inf", "+inf", "infinity", "+infinity" -> {
                return Double.POSITIVE_INFINITY;
            }
            case "-inf", "-infinity" -> {
                return Double.NEGATIVE_INFINITY;
            }
            default -> {
                for (int i = 0; i < number.length(); i++) {
                    if ("0123456789+-.eE".indexOf(number.charAt(i)) < 0) {
                        return Double.NaN;
                    }
                }
            }
        }
        try {
            return Double.parseDouble(number);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
