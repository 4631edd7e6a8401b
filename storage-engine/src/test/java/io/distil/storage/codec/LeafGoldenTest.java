package io.distil.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.CorruptBlock;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Leaves that were written once must be readable for ever. The file has one leaf a line, `times | values | scheme | bytes`;
/// `-Ddistil.golden=write` writes it anew, which is right only together with a new layout number.
class LeafGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/distil/storage/codec/leaves.txt");
    private static final int COUNT = 200;

    /// Sources whose numbers are the same on every machine: no sine, logarithm or exponential.
    private static final Map<String, String> VALUES_BY_TIMES =
            Map.of(
                    "regular", "constant",
                    "same", "counts times 0.01",
                    "jittered", "decimals and gaps",
                    "120 Hz truncated", "few distinct",
                    "jittered with gaps", "floats widened in steps",
                    "duplicates", "counts",
                    "irregular seconds", "random mantissas",
                    "bursts", "random bits");

    private final Encoded encoded = new Encoded();

    @Test
    void leavesOfTheFirstDayAreReadAndWrittenTheSame() throws IOException {
        if ("write".equals(System.getProperty("distil.golden"))) {
            write();
        }
        List<String> lines = Files.readAllLines(GOLDEN);
        assertThat(lines).hasSize(VALUES_BY_TIMES.size());
        for (String line : lines) {
            String[] cells = line.split(" \\| ");
            LeafPoints points = points(cells[0]);
            assertThat(HexFormat.of().formatHex(encoded.roundTrip(points))).as(cells[0]).isEqualTo(cells[3]);
            LeafPoints decoded = new LeafPoints(1);
            encoded.codec().decode(MemorySegment.ofArray(HexFormat.of().parseHex(cells[3])), decoded);
            Encoded.assertSame(points, decoded, 0, COUNT);
        }
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String times : VALUES_BY_TIMES.keySet().stream().sorted().toList()) {
            byte[] bytes = encoded.roundTrip(points(times));
            text.append(times).append(" | ").append(VALUES_BY_TIMES.get(times)).append(" | ");
            text.append(describe(bytes)).append(" | ").append(HexFormat.of().formatHex(bytes)).append('\n');
        }
        Files.createDirectories(GOLDEN.getParent());
        Files.writeString(GOLDEN, text);
    }

    private String describe(byte[] bytes) throws CorruptBlock {
        return encoded.codec().describe(MemorySegment.ofArray(bytes));
    }

    private static LeafPoints points(String times) {
        SplittableRandom random = new SplittableRandom(20260101);
        SamplePoints.TimeSource timeSource = SamplePoints.times(random.split()).get(times);
        SplittableRandom own = random.split();
        SamplePoints.ValueSource valueSource =
                switch (VALUES_BY_TIMES.get(times)) {
                    case "floats widened in steps" -> () -> (float) (20 + own.nextInt(1 << 20) * 0x1p-18);
                    case "random mantissas" -> () -> own.nextDouble() - 0.5;
                    case String other -> SamplePoints.values(random.split()).get(other);
                };
        return SamplePoints.points(COUNT, timeSource, valueSource);
    }
}
