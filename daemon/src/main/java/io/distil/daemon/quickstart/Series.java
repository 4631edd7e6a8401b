package io.distil.daemon.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The points of one CSV file, and the questions of the quickstart answered from them in the most obvious way. Shares no
/// code with the store, on purpose.
///
/// @param name the file's name without its ending
/// @param points in time order; several at one time in order of value
record Series(String name, List<Point> points) {
    private static final Comparator<Point> ORDER =
            Comparator.comparingLong(Point::time).thenComparingDouble(Point::value);

    Series {
        points = points.stream().sorted(ORDER).toList();
    }

    record Point(long time, double value) {}

    /// Statistics of the points in `[start, start + width)`; all but start and count are NaN when there are none.
    ///
    /// @param stddev of the population
    record Window(long start, long count, double min, double mean, double max, double stddev) {
        static Window of(long start, List<Point> points) {
            double sum = 0;
            double min = Double.NaN;
            double max = Double.NaN;
            for (Point point : points) {
                sum += point.value;
                min = min <= point.value ? min : point.value;
                max = max >= point.value ? max : point.value;
            }
            double mean = sum / points.size();
            double squares = 0;
            for (Point point : points) {
                squares += (point.value - mean) * (point.value - mean);
            }
            return new Window(start, points.size(), min, mean, max, Math.sqrt(squares / points.size()));
        }
    }

    /// Reads rows of `2013-12-02 21:15:00,73.96`, in UTC, below one row of headings.
    static Series read(Path file) throws IOException {
        List<Point> points = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",");
            LocalDateTime time = LocalDateTime.parse(fields[0].replace(' ', 'T'));
            points.add(new Point(time.toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L, Double.parseDouble(fields[1])));
        }
        return new Series(file.getFileName().toString().replaceFirst("\\.csv$", ""), points);
    }

    /// All windows from the one that holds the first point to the one that holds the last, empty ones too. They begin at
    /// multiples of the width since 1970.
    List<Window> windows(long widthNanos) {
        List<Window> windows = new ArrayList<>();
        int next = 0;
        long first = Math.floorDiv(points.getFirst().time, widthNanos) * widthNanos;
        for (long start = first; next < points.size(); start += widthNanos) {
            List<Point> inside = new ArrayList<>();
            while (next < points.size() && points.get(next).time < start + widthNanos) {
                inside.add(points.get(next++));
            }
            windows.add(Window.of(start, inside));
        }
        return windows;
    }

    /// For each time with a point, the statistics of the points in `(time - width, time]`; `start` holds that time.
    List<Window> movingStatistics(long widthNanos) {
        List<Window> moving = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            long time = points.get(i).time;
            boolean isLastOfItsTime = i + 1 == points.size() || points.get(i + 1).time != time;
            if (isLastOfItsTime) {
                List<Point> inside = new ArrayList<>();
                for (int k = i; k >= 0 && points.get(k).time > time - widthNanos; k--) {
                    inside.add(points.get(k));
                }
                moving.add(Window.of(time, inside));
            }
        }
        return moving;
    }

    /// The series with everything at the times of `corrections` taken out, and these put in.
    Series corrected(List<Point> corrections) {
        Set<Long> times = new HashSet<>();
        corrections.forEach(point -> times.add(point.time));
        List<Point> result = new ArrayList<>(corrections);
        for (Point point : points) {
            if (!times.contains(point.time)) {
                result.add(point);
            }
        }
        return new Series(name, result);
    }

    /// The points in `[from, until)`.
    List<Point> within(long from, long until) {
        return points.stream().filter(p -> p.time >= from && p.time < until).toList();
    }
}
