package io.distil.storage.tree;

import io.distil.base.Statistics;
import io.distil.base.StatisticsAccumulator;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.Direction;
import io.distil.base.api.Point;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// What a series answers, computed in the plainest way from a sorted map of its points.
final class ModelSeries {
    /// As {@link io.distil.base.api.WindowBatch} shows it.
    record Window(long start, Statistics statistics) {}

    final NavigableMap<Long, List<Double>> points = new TreeMap<>();

    ModelSeries copy() {
        ModelSeries copy = new ModelSeries();
        points.forEach((time, values) -> copy.points.put(time, new ArrayList<>(values)));
        return copy;
    }

    ModelSeries with(ListedOverlay overlay) {
        ModelSeries changed = copy();
        overlay.applyTo(changed.points);
        changed.points.values().removeIf(List::isEmpty);
        return changed;
    }

    List<Point> points(TimeRange range) {
        List<Point> found = new ArrayList<>();
        points.subMap(range.from(), true, range.until(), false)
                .forEach((time, values) -> values.forEach(value -> found.add(new Point(time, value))));
        return found;
    }

    List<Window> alignedWindows(TimeRange range, int widthLog2) {
        long until = Times.alignDown(range.until(), widthLog2);
        List<Window> windows = new ArrayList<>();
        Long time = points.ceilingKey(Times.alignDown(range.from(), widthLog2));
        while (time != null && time < until) {
            long start = Times.alignDown(time, widthLog2);
            windows.add(new Window(start, statistics(start, start + (1L << widthLog2))));
            time = points.ceilingKey(start + (1L << widthLog2));
        }
        return windows;
    }

    List<Window> windows(TimeRange range, long width) {
        List<Window> windows = new ArrayList<>();
        for (long start = range.from(); range.until() - start >= width; start += width) {
            windows.add(new Window(start, statistics(start, start + width)));
        }
        return windows;
    }

    Statistics statistics(long from, long until) {
        StatisticsAccumulator sum = new StatisticsAccumulator();
        for (List<Double> values : points.subMap(from, true, until, false).values()) {
            values.forEach(sum::add);
        }
        return sum.toStatistics();
    }

    Optional<Point> nearest(long time, Direction direction) {
        return switch (direction) {
            case FORWARD ->
                    Optional.ofNullable(points.ceilingEntry(time))
                            .map(e -> new Point(e.getKey(), e.getValue().getFirst()));
            case BACKWARD ->
                    Optional.ofNullable(points.lowerEntry(time))
                            .map(e -> new Point(e.getKey(), e.getValue().getLast()));
        };
    }

    List<TimeRange> changesTo(ModelSeries after, int resolutionLog2) {
        NavigableSet<Long> times = new TreeSet<>(points.keySet());
        times.addAll(after.points.keySet());
        NavigableMap<Long, Long> ranges = new TreeMap<>();
        for (long time : times) {
            if (Objects.equals(points.get(time), after.points.get(time))) {
                continue;
            }
            long from = Times.alignDown(time, resolutionLog2);
            long until = from + (1L << resolutionLog2);
            Map.Entry<Long, Long> last = ranges.lastEntry();
            if (last != null && last.getValue() >= from) {
                ranges.put(last.getKey(), until);
            } else {
                ranges.put(from, until);
            }
        }
        return ranges.entrySet().stream().map(e -> new TimeRange(e.getKey(), e.getValue())).toList();
    }
}
