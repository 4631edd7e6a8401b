package io.distil.distillates;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Lengths of time as people write them: `250ms`, `1h`, `7d`, `2^38`, or a bare integer of nanoseconds.
final class Widths {
    /// No length is longer than the legal span of times.
    static final long NANOS_MAX = 1L << 62;

    private static final Pattern WITH_UNIT = Pattern.compile("(\\d{1,19})\\s*(ns|us|µs|ms|s|min|m|h|d)?");
    private static final Pattern POWER = Pattern.compile("2\\^(\\d{1,2})");
    private static final Map<String, Long> NANOS_BY_UNIT =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "µs", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "min", 60_000_000_000L,
                    "h", 3_600_000_000_000L,
                    "d", 86_400_000_000_000L);

    private Widths() {}

    /// @param field what the sentence calls it when the text is refused
    static long parse(String field, String text) {
        Matcher power = POWER.matcher(text);
        if (power.matches()) {
            int exponent = Integer.parseInt(power.group(1));
            return exponent <= 62 ? 1L << exponent : refuse(field, text);
        }
        Matcher plain = WITH_UNIT.matcher(text);
        if (!plain.matches()) {
            return refuse(field, text);
        }
        try {
            long unitNanos = plain.group(2) == null ? 1 : NANOS_BY_UNIT.get(plain.group(2));
            return check(field, Math.multiplyExact(Long.parseLong(plain.group(1)), unitNanos));
        } catch (ArithmeticException | NumberFormatException e) {
            return refuse(field, text);
        }
    }

    static long check(String field, long nanos) {
        if (nanos < 0) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, field + ": " + nanos + " ns is negative");
        }
        return nanos <= NANOS_MAX ? nanos : refuse(field, nanos + " ns");
    }

    private static long refuse(String field, String text) {
        throw new Refused(
                ErrorCode.INVALID_ARGUMENT,
                field
                        + ": '"
                        + text
                        + "' is not a length of time; write nanoseconds, or 250ms, 1h, 7d, 2^38;"
                        + " at most 2^62 ns");
    }
}
