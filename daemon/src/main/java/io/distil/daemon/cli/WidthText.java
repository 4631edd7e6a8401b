package io.distil.daemon.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/// Spans of time as people write them: `250ms`, `1h`, `2^38`, or a bare count of nanoseconds.
///
/// @param nanos not negative, else unchecked: a width of 0 is for the store to refuse
/// @param exponent k if it was written as `2^k`, else -1; with k over 62, `nanos` has no meaning
record WidthText(long nanos, int exponent) {
    private static final String POWER = "2^";
    private static final int EXPONENT_DIGITS_MAX = 3;
    private static final int EXPONENT_MAX = 62;
    private static final Map<String, Long> UNITS = new LinkedHashMap<>();

    static {
        UNITS.put("d", 86_400_000_000_000L);
        UNITS.put("h", 3_600_000_000_000L);
        UNITS.put("m", 60_000_000_000L);
        UNITS.put("min", 60_000_000_000L);
        UNITS.put("s", 1_000_000_000L);
        UNITS.put("ms", 1_000_000L);
        UNITS.put("us", 1_000L);
        UNITS.put("µs", 1_000L);
        UNITS.put("ns", 1L);
        UNITS.put("", 1L);
    }

    /// @throws IllegalArgumentException with a sentence
    static WidthText parse(String text) {
        if (text.startsWith(POWER)) {
            String digits = text.substring(POWER.length());
            if (isDigits(digits) && digits.length() <= EXPONENT_DIGITS_MAX) {
                int exponent = Integer.parseInt(digits);
                return new WidthText(exponent <= EXPONENT_MAX ? 1L << exponent : 0, exponent);
            }
            throw malformed(text);
        }
        int unitFrom = 0;
        while (unitFrom < text.length() && text.charAt(unitFrom) >= '0' && text.charAt(unitFrom) <= '9') {
            unitFrom++;
        }
        Long unit = UNITS.get(text.substring(unitFrom));
        if (unitFrom == 0 || unit == null) {
            throw malformed(text);
        }
        try {
            return new WidthText(Math.multiplyExact(Long.parseLong(text.substring(0, unitFrom)), unit), -1);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is longer than the span of legal times", e);
        }
    }

    /// The exponent of the smallest power of two that is at least this wide.
    int exponentAtLeast() {
        return exponent >= 0 ? exponent : nanos <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(nanos - 1);
    }

    /// The largest unit that divides it: `90s`, not `90000ms`.
    static String format(long nanos) {
        for (var unit : UNITS.entrySet()) {
            if (nanos != 0 && nanos % unit.getValue() == 0) {
                return nanos / unit.getValue() + unit.getKey();
            }
        }
        return nanos + "ns";
    }

    private static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not a width; write 1d, 1h, 5m, 90s, 250ms, 100us, 5ns or 2^38");
    }
}
