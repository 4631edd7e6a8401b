package io.distil.bench;

import io.distil.storage.codec.LeafPoints;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/// The series that benchmarks are run on, by name: what stores are fed with. Names that end in `.csv` are real ones, from
/// the project's `quickstart/data/nab`, repeated in time until there are enough points.
final class Series {
    /// A walk kept to three decimals, every 100 ms, up to 50 µs early or late: the set that the peers were measured on.
    static final String JITTERED_WALK = "jitteredWalk";

    /// A full mantissa that swings and has noise, 120 times a second.
    static final String PHASOR = "phasor";

    private static final long START = 1_700_000_000_000_000_000L;
    private static final long SEED = 7;
    private static final Path REAL = Path.of("..", "quickstart", "data", "nab");

    private Series() {}

    static LeafPoints named(String name, int count) throws IOException {
        return switch (name) {
            case JITTERED_WALK -> jitteredWalk(count);
            case PHASOR -> phasor(count);
            default -> repeated(REAL.resolve(name), count);
        };
    }

    private static LeafPoints jitteredWalk(int count) {
        SplittableRandom random = new SplittableRandom(SEED);
        LeafPoints points = new LeafPoints(count);
        double value = 55;
        for (int i = 0; i < count; i++) {
            value += random.nextGaussian() * 0.05;
            points.append(START + i * 100_000_000L + random.nextLong(-50_000, 50_001), Math.rint(value * 1e3) / 1e3);
        }
        return points;
    }

    private static LeafPoints phasor(int count) {
        SplittableRandom random = new SplittableRandom(SEED);
        LeafPoints points = new LeafPoints(count);
        for (int i = 0; i < count; i++) {
            double value = 7_200 + 3 * Math.sin(i * 0.01) + random.nextGaussian() * 0.003;
            points.append(START + i * 1_000_000_000L / 120, value);
        }
        return points;
    }

    private static LeafPoints repeated(Path file, int count) throws IOException {
        record Row(long time, double value) {}
        List<Row> rows =
                Files.readAllLines(file).stream()
                        .skip(1)
                        .map(line -> line.split(","))
                        .map(cells ->
                                new Row(
                                        LocalDateTime.parse(cells[0].replace(' ', 'T')).toEpochSecond(ZoneOffset.UTC)
                                                * 1_000_000_000,
                                        Double.parseDouble(cells[1])))
                        .sorted(Comparator.comparingLong(Row::time))
                        .toList();
        long span = rows.getLast().time() - rows.getFirst().time() + 300_000_000_000L;
        LeafPoints points = new LeafPoints(count);
        for (int i = 0; i < count; i++) {
            Row row = rows.get(i % rows.size());
            points.append(row.time() + i / rows.size() * span, row.value());
        }
        return points;
    }
}
