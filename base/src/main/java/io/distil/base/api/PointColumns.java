package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Times;
import io.distil.base.memory.Layouts;

import java.lang.foreign.MemorySegment;

/// `count` points as two columns of little-endian 64-bit numbers: times in nanoseconds, and the bits of the values.
///
/// A view of somebody else's memory: whoever handed it over keeps it alive and unchanged until the call it was handed to
/// has completed.
///
/// @param times at least `8 * count` bytes
/// @param values at least `8 * count` bytes
public record PointColumns(MemorySegment times, MemorySegment values, int count) {
    /// The most points one mutation may carry: 16 MiB of columns, so that one log group and one frame can hold it.
    public static final int COUNT_MAX = 1 << 20;

    public PointColumns {
        if (count < 0 || count > COUNT_MAX) {
            throw new Refused(
                    ErrorCode.BATCH_TOO_LARGE, "a batch of " + count + " points; at most " + COUNT_MAX + " are taken");
        }
        times = times.asSlice(0, 8L * count);
        values = values.asSlice(0, 8L * count);
    }

    public long time(int index) {
        return times.get(Layouts.LONG, 8L * index);
    }

    public double value(int index) {
        return values.get(Layouts.DOUBLE, 8L * index);
    }

    public long valueBits(int index) {
        return values.get(Layouts.LONG, 8L * index);
    }

    /// Refuses the batch as a whole if any time is not legal or any value is not finite, naming the first such point.
    public PointColumns checkPoints() {
        for (int i = 0; i < count; i++) {
            if (!Times.isLegal(time(i))) {
                throw new Refused(
                        ErrorCode.INVALID_TIME,
                        "point " + i + ": time " + time(i) + " is outside [" + Times.MIN + ", " + Times.LIMIT + ")");
            }
            if (!Double.isFinite(value(i))) {
                throw new Refused(ErrorCode.INVALID_VALUE, "point " + i + ": value " + value(i) + " is not finite");
            }
        }
        return this;
    }
}
