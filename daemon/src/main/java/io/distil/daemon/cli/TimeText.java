package io.distil.daemon.cli;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// Times as people write and read them.
public final class TimeText {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final String NOW = "now";

    private TimeText() {}

    /// ISO-8601 in UTC, with as many digits of the second as it needs, in groups of three.
    public static String format(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
                .toString();
    }

    /// Reads ISO-8601 (a date, or a date and a time; with a zone, else UTC), nanoseconds as an integer, `now`, or a width
    /// before or after now: `-1h`, `+5m`, `now-1h`.
    ///
    /// @throws IllegalArgumentException with a sentence
    static long parse(String text, long nowNanos) {
        String relative = text.startsWith(NOW) ? text.substring(NOW.length()) : text;
        if (relative.isEmpty() && text.equals(NOW)) {
            return nowNanos;
        }
        boolean isSigned = relative.startsWith("-") || relative.startsWith("+");
        boolean hasUnit = !relative.isEmpty() && Character.isLetter(relative.charAt(relative.length() - 1));
        if (isSigned && hasUnit) {
            long width = WidthText.parse(relative.substring(1)).nanos();
            return relative.startsWith("-") ? nowNanos - width : nowNanos + width;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        long time = new TimeParser(1).parse(bytes, 0, bytes.length);
        if (time == TimeParser.MALFORMED) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a time; write 2015-09-01T13:45:00Z, 2015-09-01, nanoseconds, now or -1h");
        }
        return time;
    }
}
