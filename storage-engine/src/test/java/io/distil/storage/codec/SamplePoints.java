package io.distil.storage.codec;

import io.distil.base.Times;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Points like those that stores are fed with, and points that nobody should be fed with.
final class SamplePoints {
    static final long START = 1_700_000_000_000_000_000L;

    private static final Path NAB = Path.of("..", "quickstart", "data", "nab");
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final double[] SPECIAL = {
        0.0,
        -0.0,
        Double.NaN,
        Double.longBitsToDouble(0x7ff0_0000_0000_0001L),
        Double.longBitsToDouble(0xfff8_dead_beef_cafeL),
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        0x1p51,
        0x1p52 + 1,
        -0x1p53,
        0.1,
        1e22,
        123456.789
    };

    private SamplePoints() {}

    /// The times of a series, from the first to the last.
    interface TimeSource {
        long next();
    }

    interface ValueSource {
        double next();
    }

    static LeafPoints points(int count, TimeSource times, ValueSource values) {
        LeafPoints points = new LeafPoints(count);
        for (int i = 0; i < count; i++) {
            points.append(times.next(), values.next());
        }
        return points;
    }

    /// Every source of times, by name, with its own random numbers.
    static Map<String, TimeSource> times(SplittableRandom random) {
        Map<String, TimeSource> all = new LinkedHashMap<>();
        all.put("regular", new Ticks(1_000_000_000));
        all.put("same", () -> START);
        all.put("jittered", jittered(new Ticks(100_000_000), 50_000, random));
        all.put("120 Hz truncated", new Ticks(1e9 / 120));
        all.put("44.1 kHz truncated", new Ticks(1e9 / 44_100));
        all.put("jittered with gaps", jittered(new Gaps(new Ticks(100_000_000), random), 50_000, random));
        all.put("duplicates", new Gathered(() -> random.nextLong(3) * 1_000));
        all.put("irregular", new Gathered(() -> (long) (-Math.log(random.nextDouble()) * 1e9)));
        all.put("irregular seconds", new Gathered(() -> random.nextLong(1, 90) * 1_000_000_000));
        all.put(
                "bursts",
                new Gathered(() -> random.nextInt(50) == 0 ? random.nextLong(1L << 40) : random.nextLong(900)));
        return all;
    }

    /// Every source of values, by name, with its own random numbers.
    static Map<String, ValueSource> values(SplittableRandom random) {
        Map<String, ValueSource> all = new LinkedHashMap<>();
        double[] state = {50, 0, 7_200, 0};
        all.put("random bits", () -> Double.longBitsToDouble(random.nextLong()));
        all.put("special", () -> SPECIAL[random.nextInt(SPECIAL.length)]);
        all.put("constant", () -> -12.25);
        all.put("constant NaN", () -> SPECIAL[4]);
        all.put("arithmetic", () -> state[1] += 0.5);
        all.put("walk of 3 decimals", () -> decimals(state[0] += random.nextGaussian() * 0.05, 1e3));
        all.put(
                "decimals and gaps",
                () -> random.nextInt(40) == 0 ? Double.NaN : decimals(random.nextDouble() * 99, 1e2));
        all.put("counts times 0.01", () -> random.nextInt(5_000) * 0.01);
        all.put("counts", () -> random.nextInt(20_000));
        all.put("switch", () -> random.nextInt(100) == 0 ? state[3] = 1 - state[3] : state[3]);
        all.put("few distinct", () -> Math.sqrt(2 + random.nextInt(30)));
        all.put("phasor", new Phasor(7_200, 3, random));
        all.put("sine through zero", new Phasor(0, 325, random));
        all.put("floats widened", () -> (float) (20 + random.nextGaussian()));
        all.put("gaussian", random::nextGaussian);
        all.put("magnitudes", () -> Math.exp(random.nextGaussian() * 20));
        return all;
    }

    static double decimals(double value, double scale) {
        return Math.rint(value * scale) / scale;
    }

    /// Ticks of a clock, truncated to nanoseconds.
    static final class Ticks implements TimeSource {
        private final double periodNanos;
        private long tick;

        Ticks(double periodNanos) {
            this.periodNanos = periodNanos;
        }

        @Override
        public long next() {
            return START + (long) (tick++ * periodNanos);
        }
    }

    /// The sum of differences.
    private static final class Gathered implements TimeSource {
        private final TimeSource differences;
        private long time = START;

        Gathered(TimeSource differences) {
            this.differences = differences;
        }

        @Override
        public long next() {
            return time += differences.next();
        }
    }

    /// Leaves out one time in a hundred, and now and then a long row of them.
    private record Gaps(TimeSource source, SplittableRandom random) implements TimeSource {
        @Override
        public long next() {
            int skipped = random.nextInt(100) == 0 ? 1 + random.nextInt(3) * random.nextInt(500) : 0;
            for (int i = 0; i < skipped; i++) {
                source.next();
            }
            return source.next();
        }
    }

    static TimeSource jittered(TimeSource source, long jitterNanos, SplittableRandom random) {
        return () -> source.next() + random.nextLong(-jitterNanos, jitterNanos + 1);
    }

    /// A quantity that swings slowly about a mean, with noise.
    static final class Phasor implements ValueSource {
        private final double mean;
        private final double swing;
        private final SplittableRandom random;
        private long tick;

        Phasor(double mean, double swing, SplittableRandom random) {
            this.mean = mean;
            this.swing = swing;
            this.random = random;
        }

        @Override
        public double next() {
            return mean + swing * Math.sin(tick++ * 0.01) + random.nextGaussian() * swing * 0.001;
        }
    }

    /// The extremes of time, and everything between.
    static LeafPoints extremeTimes(int count, SplittableRandom random) {
        long[] times = random.longs(count, Times.MIN, Times.LIMIT).sorted().toArray();
        times[0] = Times.MIN;
        times[count - 1] = Times.LIMIT - 1;
        int[] i = {0};
        return points(count, () -> times[i[0]++], () -> 1);
    }

    /// The real series that the project ships, sorted by time as a tree keeps them.
    static Map<String, LeafPoints> realSeries() throws IOException {
        Map<String, LeafPoints> all = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("distil.nab", NAB.toString())))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".csv")).sorted().toList()) {
                all.put(file.getFileName().toString().replace(".csv", ""), read(file));
            }
        }
        return all;
    }

    private static LeafPoints read(Path file) throws IOException {
        record Row(long time, double value) {}
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.startsWith("timestamp")) {
                String[] cells = line.split(",");
                long second = LocalDateTime.parse(cells[0], TIMESTAMP).toEpochSecond(ZoneOffset.UTC);
                rows.add(new Row(second * 1_000_000_000, Double.parseDouble(cells[1])));
            }
        }
        rows.sort(Comparator.comparingLong(Row::time));
        LeafPoints points = new LeafPoints(rows.size());
        rows.forEach(row -> points.append(row.time(), row.value()));
        return points;
    }
}
