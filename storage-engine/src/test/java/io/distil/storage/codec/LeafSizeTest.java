package io.distil.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;

import io.distil.base.memory.Layouts;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// What points cost, beside zstd on the same columns as they lie in memory: all times, then all values. The table is
/// printed, so that a change of a scheme can be judged.
class LeafSizeTest {
    private static final int LEAF_COUNT = 2048;
    private static final int SERIES_COUNT = 8 * LEAF_COUNT;

    private final Encoded encoded = new Encoded();
    private final SplittableRandom random = new SplittableRandom(7);

    @BeforeEach
    void printHead() {
        System.out.printf("%-40s %8s %8s %8s  %s%n", "bytes per point", "distil", "zstd -3", "zstd -19", "first leaf");
    }

    @Test
    void realSeriesTakeFewerBytesThanZstdOnTheirColumns() throws IOException {
        assertBeatsZstd(SamplePoints.realSeries());
    }

    @Test
    void valuesOfRealSeriesTakeFewerBitsThanXorEncodings() throws IOException {
        System.out.printf("%-40s %8s %8s %8s%n", "bits per value", "distil", "gorilla", "chimp");
        for (Map.Entry<String, LeafPoints> series : SamplePoints.realSeries().entrySet()) {
            LeafPoints points = series.getValue();
            double[] values = points.values();
            double ours = valueBits(points);
            double gorilla = (double) XorSizes.gorillaBits(values, 0, points.count()) / points.count();
            double chimp = (double) XorSizes.chimpBits(values, 0, points.count()) / points.count();
            System.out.printf("%-40s %8.2f %8.2f %8.2f%n", series.getKey(), ours, gorilla, chimp);
            assertThat(ours).as(series.getKey()).isLessThan(Math.min(gorilla, chimp));
        }
    }

    /// Of the values alone: at times that cost next to nothing. All headers count as theirs.
    private double valueBits(LeafPoints points) {
        LeafPoints timeless = new LeafPoints(points.count());
        for (int i = 0; i < points.count(); i++) {
            timeless.append(SamplePoints.START, points.values()[i]);
        }
        return bytesPerPoint(timeless) * Byte.SIZE;
    }

    @Test
    void theJitteredWalkTakesLessThanFourBytesAPoint() {
        Map<String, LeafPoints> series = new LinkedHashMap<>();
        series.put("jittered walk", series("jittered", "walk of 3 decimals"));
        assertBeatsZstd(series);
        assertThat(bytesPerPoint(series.get("jittered walk"))).isLessThan(4.0);
    }

    @Test
    void theUsualRatesTakeFewerBytesThanZstdOnTheirColumns() {
        Map<String, LeafPoints> series = new LinkedHashMap<>();
        series.put("phasor, 120 Hz", series("120 Hz truncated", "phasor"));
        series.put("phasor, 120 Hz, jittered", series("jittered", "phasor"));
        series.put("sine through zero, 120 Hz", series("120 Hz truncated", "sine through zero"));
        series.put("temperature, 1 Hz", series("regular", "walk of 3 decimals"));
        series.put("gaussian, 1 Hz", series("regular", "gaussian"));
        series.put("floats, 1 Hz with gaps", series("jittered with gaps", "floats widened"));
        series.put("counts, irregular seconds", series("irregular seconds", "counts"));
        series.put("few distinct, irregular", series("irregular", "few distinct"));
        series.put("switch, bursts", series("bursts", "switch"));
        series.put("random bits, duplicates", series("duplicates", "random bits"));
        assertBeatsZstd(series);
    }

    @Test
    void aTruncatedRegularRateCostsNothing() {
        for (String rate : new String[] {"regular", "same", "120 Hz truncated", "44.1 kHz truncated"}) {
            assertThat(bytesPerPoint(series(rate, "constant"))).as(rate).isLessThan(0.05);
        }
    }

    private LeafPoints series(String times, String values) {
        return SamplePoints.points(
                SERIES_COUNT,
                SamplePoints.times(random.split()).get(times),
                SamplePoints.values(random.split()).get(values));
    }

    private void assertBeatsZstd(Map<String, LeafPoints> all) {
        all.forEach((name, points) -> {
            double ours = bytesPerPoint(points);
            double fast = zstdBytesPerPoint(points, 3);
            double strong = zstdBytesPerPoint(points, 19);
            System.out.printf("%-40s %8.3f %8.3f %8.3f  %s%n", name, ours, fast, strong, describe(points));
            assertThat(ours).as(name).isLessThan(Math.min(fast, strong));
        });
    }

    private double bytesPerPoint(LeafPoints points) {
        long bytes = 0;
        LeafPoints leaf = new LeafPoints(LEAF_COUNT);
        for (int from = 0; from < points.count(); from += LEAF_COUNT) {
            leaf.clear();
            leaf.appendAll(points, from, Math.min(from + LEAF_COUNT, points.count()));
            bytes += encoded.roundTrip(leaf).length;
        }
        return (double) bytes / points.count();
    }

    private String describe(LeafPoints points) {
        try {
            MemorySegment out = MemorySegment.ofArray(new byte[LeafCodec.boundBytes(LEAF_COUNT)]);
            encoded.codec().encode(points, 0, Math.min(LEAF_COUNT, points.count()), out);
            return encoded.codec().describe(out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// zstd gets the whole series at once, which is more than a leaf.
    private static double zstdBytesPerPoint(LeafPoints points, int level) {
        int count = points.count();
        byte[] columns = new byte[2 * Long.BYTES * count];
        MemorySegment memory = MemorySegment.ofArray(columns);
        for (int i = 0; i < count; i++) {
            memory.set(Layouts.LONG, (long) Long.BYTES * i, points.times()[i]);
            memory.set(Layouts.DOUBLE, (long) Long.BYTES * (count + i), points.values()[i]);
        }
        return (double) Zstd.compress(columns, level).length / count;
    }
}
