package io.distil.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.CorruptBlock;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/// Leaves that were written once must be readable for ever. The file has one leaf a line, `times | values | schemes | bytes`.
/// `-Ddistil.golden=write` adds what is written now where that is not there yet, and takes nothing away.
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
    void leavesOfEarlierDaysAreRead() throws IOException {
        for (String line : Files.readAllLines(GOLDEN)) {
            String[] cells = line.split(" \\| ");
            LeafPoints decoded = new LeafPoints(1);
            encoded.codec().decode(MemorySegment.ofArray(HexFormat.of().parseHex(cells[3])), decoded);
            Encoded.assertSame(points(cells[0]), decoded, 0, COUNT);
        }
    }

    /// Fails whenever the writer chooses otherwise than before: replicas of two programs would then write different blocks.
    @Test
    void whatIsWrittenTodayWasWrittenBefore() throws IOException {
        Set<String> known = new LinkedHashSet<>(Files.readAllLines(GOLDEN));
        Set<String> today = new LinkedHashSet<>();
        for (String times : VALUES_BY_TIMES.keySet().stream().sorted().toList()) {
            byte[] bytes = encoded.roundTrip(points(times));
            String hex = HexFormat.of().formatHex(bytes);
            today.add(String.join(" | ", times, VALUES_BY_TIMES.get(times), describe(bytes), hex));
        }
        if ("write".equals(System.getProperty("distil.golden"))) {
            known.addAll(today);
            Files.write(GOLDEN, known);
        }
        assertThat(known).containsAll(today);
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
