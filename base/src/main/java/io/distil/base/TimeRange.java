package io.distil.base;

/// The times `[from, until)`, in nanoseconds; never empty, never reversed, always inside the legal span.
///
/// @param from first time inside, at least {@link Times#MIN}
/// @param until first time outside, at most {@link Times#LIMIT}
public record TimeRange(long from, long until) implements Comparable<TimeRange> {
    /// All legal times.
    public static final TimeRange ALL = new TimeRange(Times.MIN, Times.LIMIT);

    public TimeRange {
        if (from >= until) {
            throw new Refused(
                    ErrorCode.INVALID_TIME_RANGE,
                    "time range [" + from + ", " + until + ") is " + (from == until ? "empty" : "reversed"));
        }
        if (from < Times.MIN || until > Times.LIMIT) {
            throw new Refused(
                    ErrorCode.INVALID_TIME_RANGE,
                    "time range [" + from + ", " + until + ") leaves the legal times [" + Times.MIN + ", " + Times.LIMIT
                            + ")");
        }
    }

    public boolean contains(long time) {
        return time >= from && time < until;
    }

    public boolean overlaps(long otherFrom, long otherUntil) {
        return from < otherUntil && otherFrom < until;
    }

    /// The smallest range of whole windows of width 2^widthLog2 that covers this one.
    public TimeRange alignOutward(int widthLog2) {
        return new TimeRange(Times.alignDown(from, widthLog2), Times.alignUp(until, widthLog2));
    }

    @Override
    public int compareTo(TimeRange other) {
        int byFrom = Long.compare(from, other.from);
        return byFrom != 0 ? byFrom : Long.compare(until, other.until);
    }

    @Override
    public String toString() {
        return "[" + from + ", " + until + ")";
    }
}
