package io.distil.base;

/// What a time is: signed nanoseconds since the Unix epoch, within `[MIN, LIMIT)`, that is from 1933-06-20 to 2079-08-08.
///
/// The legal span is exactly 2^62 ns long and starts at -2^60, as in BTrDB, so that aligned windows of every width up to
/// 2^62 tile it. Windows are aligned relative to {@link #MIN}; for widths up to 2^60 this is the same as aligning relative
/// to the epoch.
public final class Times {
    /// log2 of the legal span.
    public static final int SPAN_WIDTH_LOG2 = 62;

    /// The smallest legal time, inclusive.
    public static final long MIN = -(1L << 60);

    /// The end of the legal span, exclusive.
    public static final long LIMIT = 3L << 60;

    private Times() {}

    public static boolean isLegal(long time) {
        return time >= MIN && time < LIMIT;
    }

    /// The start of the window of width 2^widthLog2 that holds `time`. `time` may equal {@link #LIMIT}.
    public static long alignDown(long time, int widthLog2) {
        return ((time - MIN) >>> widthLog2 << widthLog2) + MIN;
    }

    /// The smallest window boundary that is not before `time`; at most {@link #LIMIT} for a `time` in `[MIN, LIMIT]`.
    public static long alignUp(long time, int widthLog2) {
        long down = alignDown(time, widthLog2);
        return down == time ? time : down + (1L << widthLog2);
    }

    /// Refuses a width exponent outside 0..62.
    public static int checkWidthLog2(int widthLog2) {
        if (widthLog2 < 0 || widthLog2 > SPAN_WIDTH_LOG2) {
            throw new Refused(ErrorCode.INVALID_WIDTH, "window width 2^" + widthLog2 + " is outside 2^0..2^62");
        }
        return widthLog2;
    }
}
