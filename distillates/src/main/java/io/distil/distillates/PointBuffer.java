package io.distil.distillates;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.TimeRange;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointColumns;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamSnapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Points in off-heap columns that grow up to a limit, for the inputs and outputs of one piece of work. Used again for
/// the next piece. One owner thread; {@link #close} gives the memory back.
final class PointBuffer implements InputPoints, AutoCloseable {
    private static final int CAPACITY_FIRST = 1024;
    private static final int CAPACITY_READ = 4096;

    private final int pointsMax;
    private PointBatch points = new PointBatch(CAPACITY_FIRST);
    private TimeRange held;

    PointBuffer(int pointsMax) {
        this.pointsMax = pointsMax;
    }

    @Override
    public int count() {
        return points.count();
    }

    @Override
    public long time(int index) {
        return points.time(index);
    }

    @Override
    public double value(int index) {
        return points.value(index);
    }

    PointColumns columns() {
        return points.columns();
    }

    void clear() {
        points.clear();
    }

    void append(long time, double value) {
        reserve(1, "a piece of output");
        points.append(time, value);
    }

    /// Holds exactly the points of `range` afterwards. What it held before is kept as far as it lies in the range: the
    /// margins of neighbouring pieces overlap, and are read once.
    ///
    /// @param snapshot always the same one
    /// @throws Refused `BATCH_TOO_LARGE` when the points are more than fit
    void slideTo(StreamSnapshot snapshot, TimeRange range) throws IOException {
        boolean overlaps =
                held != null
                        && held.from() <= range.from()
                        && held.until() > range.from()
                        && held.until() < range.until();
        TimeRange missing = overlaps ? new TimeRange(held.until(), range.until()) : range;
        held = null;
        if (overlaps) {
            dropBefore(range.from());
        } else {
            clear();
        }
        read(snapshot, missing);
        held = range;
    }

    private void dropBefore(long time) {
        int first = 0;
        while (first < points.count() && points.time(first) < time) {
            first++;
        }
        int left = points.count() - first;
        MemorySegment.copy(points.times(), 8L * first, points.times(), 0, 8L * left);
        MemorySegment.copy(points.values(), 8L * first, points.values(), 0, 8L * left);
        points.setCount(left);
    }

    private void read(StreamSnapshot snapshot, TimeRange range) throws IOException {
        try (PointCursor cursor = snapshot.points(range);
                PointBatch batch = new PointBatch(CAPACITY_READ)) {
            while (cursor.next(batch) > 0) {
                reserve(batch.count(), "stream " + snapshot.stream() + " in " + range + ", its margins included,");
                append(batch);
            }
        }
    }

    private void append(PointBatch batch) {
        long bytes = 8L * batch.count();
        long offset = 8L * points.count();
        MemorySegment.copy(batch.times(), 0, points.times(), offset, bytes);
        MemorySegment.copy(batch.values(), 0, points.values(), offset, bytes);
        points.setCount(points.count() + batch.count());
    }

    private void reserve(int more, String what) {
        int wanted = points.count() + more;
        if (wanted > pointsMax) {
            throw new Refused(
                    ErrorCode.BATCH_TOO_LARGE,
                    what + " holds more than the " + pointsMax + " points that fit in memory");
        }
        if (wanted > points.capacity()) {
            PointBatch smaller = points;
            points = new PointBatch(Math.min(pointsMax, Math.max(wanted, 2 * smaller.capacity())));
            append(smaller);
            smaller.close();
        }
    }

    @Override
    public void close() {
        points.close();
    }
}
