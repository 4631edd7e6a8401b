package io.distil.distillates;

import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Cuts work by density: where does a piece end whose inputs hold no more than a number of points?
///
/// It reads counts of aligned windows, which inner nodes answer, from wide to narrow: at each width it walks on while
/// the piece still fits, then looks into the one window that did not fit. At most {@link #WINDOWS_LOG2_PER_LEVEL} bits
/// of time are decided at each width, so the whole costs some eleven reads of at most 64 windows and two ends per
/// input, whatever lies below.
final class Chunker {
    private static final int WINDOWS_LOG2_PER_LEVEL = 6;

    private final int pointsMax;

    Chunker(int pointsMax) {
        this.pointsMax = pointsMax;
    }

    /// The end of the first piece of `range`: after its beginning, at most its end. Points of all inputs count
    /// together. A single nanosecond with more points than fit is a piece of its own.
    long endOfFirst(List<StreamSnapshot> inputs, TimeRange range) throws IOException {
        long limit = range.until();
        long cut = range.from();
        long points = 0;
        int widthLog2 = widthFor(limit - cut);
        while (true) {
            boolean tooMany = false;
            for (Map.Entry<Long, Long> window : counts(inputs, cut, limit, widthLog2).entrySet()) {
                long windowUntil = window.getKey() + (1L << widthLog2);
                if (points + window.getValue() > pointsMax) {
                    cut = Math.max(cut, window.getKey());
                    limit = Math.min(limit, windowUntil);
                    tooMany = true;
                    break;
                }
                points += window.getValue();
                cut = Math.min(limit, windowUntil);
            }
            if (!tooMany) {
                return limit;
            }
            if (2 * points > pointsMax || widthLog2 == 0) {
                return Math.max(cut, range.from() + 1);
            }
            widthLog2 = Math.max(0, widthLog2 - WINDOWS_LOG2_PER_LEVEL);
        }
    }

    private static int widthFor(long spanNanos) {
        int spanLog2 = Long.SIZE - Long.numberOfLeadingZeros(spanNanos - 1);
        return Math.max(0, Math.min(Times.SPAN_WIDTH_LOG2, spanLog2) - WINDOWS_LOG2_PER_LEVEL);
    }

    /// Points of all inputs within `[from, until)`, by the window that holds them; empty windows may be left out.
    private static TreeMap<Long, Long> counts(List<StreamSnapshot> inputs, long from, long until, int widthLog2)
            throws IOException {
        TreeMap<Long, Long> counts = new TreeMap<>();
        long innerFrom = Math.min(until, Times.alignUp(from, widthLog2));
        long innerUntil = Math.max(innerFrom, Times.alignDown(until, widthLog2));
        try (WindowBatch batch = new WindowBatch(1 << WINDOWS_LOG2_PER_LEVEL)) {
            for (StreamSnapshot input : inputs) {
                if (from < innerFrom) {
                    addWhole(counts, input, new TimeRange(from, innerFrom), widthLog2, batch);
                }
                if (innerFrom < innerUntil) {
                    addWindows(counts, input, new TimeRange(innerFrom, innerUntil), widthLog2, batch);
                }
                if (innerUntil < until) {
                    addWhole(counts, input, new TimeRange(innerUntil, until), widthLog2, batch);
                }
            }
        }
        return counts;
    }

    private static void addWindows(
            TreeMap<Long, Long> counts, StreamSnapshot input, TimeRange range, int widthLog2, WindowBatch batch)
            throws IOException {
        try (WindowCursor windows = input.alignedWindows(range, widthLog2)) {
            while (windows.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    counts.merge(batch.start(i), batch.points(i), Long::sum);
                }
            }
        }
    }

    private static void addWhole(
            TreeMap<Long, Long> counts, StreamSnapshot input, TimeRange range, int widthLog2, WindowBatch batch)
            throws IOException {
        counts.merge(Times.alignDown(range.from(), widthLog2), count(input, range, batch), Long::sum);
    }

    /// How many points a range holds, exactly, from inner nodes and the leaves at its two ends.
    static long count(StreamSnapshot input, TimeRange range, WindowBatch batch) throws IOException {
        try (WindowCursor windows = input.windows(range, range.until() - range.from(), 0)) {
            return windows.next(batch) > 0 ? batch.points(0) : 0;
        }
    }
}
