package io.distil.daemon.cli;

import java.time.LocalDate;

/// Reads times from bytes by the million: ISO-8601 and its cousin with a space, or a number of some unit since the epoch.
/// One owner thread; allocates only when the date changes.
///
/// ```
/// yyyy-MM-dd[(T|t| )HH:mm[:ss[(.|,)f…]]][ ][Z|z|UTC|±HH[[:]mm]]      without a zone: UTC
/// [+-]digits[.digits]                                                 of the unit
/// ```
final class TimeParser {
    /// Not a time. No legal time has this value.
    static final long MALFORMED = Long.MIN_VALUE;

    /// A time, but far outside the legal ones. No legal time has this value.
    static final long OUT_OF_RANGE = Long.MAX_VALUE;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MINUTE = 60 * NANOS_PER_SECOND;
    private static final long NANOS_PER_HOUR = 60 * NANOS_PER_MINUTE;
    private static final long NANOS_PER_DAY = 24 * NANOS_PER_HOUR;
    private static final int DATE_BYTES = 10;
    private static final int FRACTION_DIGITS = 9;

    /// Years whose nanoseconds certainly fit 64 bits.
    private static final int YEAR_MIN = 1700;

    private static final int YEAR_MAX = 2200;

    private final long unitNanos;
    private byte[] text;
    private int at;
    private int until;
    private int lastDate = -1;
    private long lastDateNanos;

    /// @param unitNanos what a bare number counts
    TimeParser(long unitNanos) {
        this.unitNanos = unitNanos;
    }

    /// @return nanoseconds since the epoch, {@link #MALFORMED}, or {@link #OUT_OF_RANGE}
    long parse(byte[] bytes, int from, int to) {
        text = bytes;
        at = from;
        until = to;
        while (at < until && text[at] == ' ') {
            at++;
        }
        while (at < until && text[until - 1] == ' ') {
            until--;
        }
        boolean isDate = until - at >= DATE_BYTES && text[at + 4] == '-' && text[at + 7] == '-';
        return isDate ? parseIso() : parseNumber();
    }

    /// True for a bare number, as opposed to a date.
    static boolean isNumber(byte[] bytes, int from, int to) {
        return new TimeParser(1).parse(bytes, from, to) != MALFORMED && !(to - from >= 5 && bytes[from + 4] == '-');
    }

    private long parseIso() {
        long date = parseDate();
        if (date == MALFORMED || date == OUT_OF_RANGE || at == until) {
            return date;
        }
        long ofDay = 0;
        if (text[at] == 'T' || text[at] == 't' || text[at] == ' ') {
            at++;
            ofDay = parseTimeOfDay();
        }
        long zone = ofDay == MALFORMED ? MALFORMED : parseZone();
        return zone == MALFORMED ? MALFORMED : date + ofDay - zone;
    }

    private long parseDate() {
        int year = digits(at, 4);
        int month = digits(at + 5, 2);
        int day = digits(at + 8, 2);
        at += DATE_BYTES;
        if (year < 0 || month < 0 || day < 0) {
            return MALFORMED;
        }
        int date = year * 10_000 + month * 100 + day;
        if (date == lastDate) {
            return lastDateNanos;
        }
        if (month < 1 || month > 12 || day < 1 || day > 31 || day > daysOf(year, month)) {
            return MALFORMED;
        }
        if (year < YEAR_MIN || year > YEAR_MAX) {
            return OUT_OF_RANGE;
        }
        lastDate = date;
        lastDateNanos = LocalDate.of(year, month, day).toEpochDay() * NANOS_PER_DAY;
        return lastDateNanos;
    }

    private static int daysOf(int year, int month) {
        return java.time.YearMonth.of(year, month).lengthOfMonth();
    }

    private long parseTimeOfDay() {
        int hour = digits(at, 2);
        int minute = skip(2, ':') ? digits(at, 2) : -1;
        at += 2;
        if (hour < 0 || minute < 0 || hour > 23 || minute > 59) {
            return MALFORMED;
        }
        long ofDay = hour * NANOS_PER_HOUR + minute * NANOS_PER_MINUTE;
        if (at < until && text[at] == ':') {
            at++;
            int second = digits(at, 2);
            at += 2;
            // A leap second is the first second of the next minute: Unix time has no other place for it.
            if (second < 0 || second > 60) {
                return MALFORMED;
            }
            ofDay += second * NANOS_PER_SECOND;
            if (at < until && (text[at] == '.' || text[at] == ',')) {
                at++;
                long fraction = parseFraction();
                return fraction == MALFORMED ? MALFORMED : ofDay + fraction;
            }
        }
        return ofDay;
    }

    /// Digits after a point as nanoseconds; those after the ninth are dropped.
    private long parseFraction() {
        int start = at;
        long nanos = 0;
        while (at < until && isDigit(text[at])) {
            if (at - start < FRACTION_DIGITS) {
                nanos = nanos * 10 + text[at] - '0';
            }
            at++;
        }
        for (int digit = at - start; digit < FRACTION_DIGITS; digit++) {
            nanos *= 10;
        }
        return at == start ? MALFORMED : nanos;
    }

    private long parseZone() {
        if (at < until && text[at] == ' ') {
            at++;
        }
        int left = until - at;
        if (left == 0
                || left == 1 && (text[at] | 0x20) == 'z'
                || left == 3 && text[at] == 'U' && text[at + 1] == 'T' && text[at + 2] == 'C') {
            return 0;
        }
        int sign = text[at] == '+' ? 1 : text[at] == '-' ? -1 : 0;
        at++;
        int hours = digits(at, 2);
        at += 2;
        if (at < until && text[at] == ':') {
            at++;
        }
        int minutes = at == until ? 0 : digits(at, 2);
        at += at == until ? 0 : 2;
        if (sign == 0 || hours < 0 || hours > 18 || minutes < 0 || minutes > 59 || at != until) {
            return MALFORMED;
        }
        return sign * (hours * NANOS_PER_HOUR + minutes * NANOS_PER_MINUTE);
    }

    private long parseNumber() {
        boolean isNegative = at < until && text[at] == '-';
        if (at < until && (text[at] == '-' || text[at] == '+')) {
            at++;
        }
        int start = at;
        long whole = 0;
        boolean overflows = false;
        while (at < until && isDigit(text[at])) {
            overflows |= whole > (Long.MAX_VALUE - 9) / 10;
            whole = whole * 10 + text[at] - '0';
            at++;
        }
        if (at == start) {
            return MALFORMED;
        }
        long fraction = 0;
        if (at < until && text[at] == '.') {
            at++;
            fraction = parseFraction();
        }
        if (at != until || fraction == MALFORMED) {
            return MALFORMED;
        }
        if (overflows || whole > (Long.MAX_VALUE - NANOS_PER_DAY) / unitNanos) {
            return OUT_OF_RANGE;
        }
        // Both factors are at most 1e9 here, so the product fits.
        long nanos = whole * unitNanos + fraction * unitNanos / NANOS_PER_SECOND;
        return isNegative ? -nanos : nanos;
    }

    private boolean skip(int count, char wanted) {
        at += count;
        return at < until && text[at++] == wanted;
    }

    /// `count` digits at `from`, or -1.
    private int digits(int from, int count) {
        if (from + count > until) {
            return -1;
        }
        int number = 0;
        for (int i = from; i < from + count; i++) {
            if (!isDigit(text[i])) {
                return -1;
            }
            number = number * 10 + text[i] - '0';
        }
        return number;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
