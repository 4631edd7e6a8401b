package io.distil.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.Times;

import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;

class LeafCodecTest {
    private static final int[] COUNTS = {1, 2, 3, 7, 8, 9, 100, 511, 512, 513, 2047, 2048, 2049, 5000};

    private final Encoded encoded = new Encoded();
    private final long seed = Long.getLong("distil.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    LeafCodecTest() {
        System.out.println("LeafCodecTest: -Ddistil.seed=" + seed);
    }

    @Test
    void everyKindOfTimesAndValuesComesBackToTheBit() {
        for (int count : COUNTS) {
            for (String times : SamplePoints.times(random.split()).keySet()) {
                for (String values : SamplePoints.values(random.split()).keySet()) {
                    LeafPoints points =
                            SamplePoints.points(
                                    count,
                                    SamplePoints.times(random.split()).get(times),
                                    SamplePoints.values(random.split()).get(values));
                    assertWithinBound(points, times + ", " + values);
                }
            }
        }
    }

    @Test
    void theExtremesOfTimeComeBack() {
        for (int count : COUNTS) {
            if (count > 1) {
                assertWithinBound(SamplePoints.extremeTimes(count, random), "extremes");
            }
        }
        LeafPoints two = new LeafPoints(2);
        two.append(Times.MIN, -0.0);
        two.append(Times.LIMIT - 1, 0.0);
        assertWithinBound(two, "two extremes");
    }

    @Test
    void seriesWhoseNatureChangesInTheMiddleComeBack() {
        for (int round = 0; round < 300; round++) {
            LeafPoints points = new LeafPoints(16);
            long time = random.nextLong(Times.MIN, Times.LIMIT >> 1);
            while (points.count() < 3000) {
                time = appendStretch(points, time);
            }
            assertWithinBound(points, "round " + round);
        }
    }

    /// Up to 700 points whose differences of times and whose values have a random magnitude.
    private long appendStretch(LeafPoints points, long start) {
        long time = start;
        int count = random.nextInt(1, 700);
        long period = random.nextLong(1L << random.nextInt(30));
        long jitter = random.nextLong(1L << random.nextInt(20)) + 1;
        double scale = Math.pow(10, random.nextInt(-5, 12));
        long bits = random.nextLong();
        int keptBits = random.nextInt(64);
        boolean decimal = random.nextBoolean();
        for (int i = 0; i < count; i++) {
            time += period + random.nextLong(jitter);
            double full = Double.longBitsToDouble(bits ^ random.nextLong() >>> keptBits);
            points.append(time, decimal ? random.nextInt(10_000) / scale : full);
        }
        return time;
    }

    @Test
    void aMillionPointsOfOneNanosecondAreALeaf() {
        LeafPoints points =
                SamplePoints.points(
                        LeafCodec.POINT_COUNT_MAX,
                        () -> Times.LIMIT - 1,
                        SamplePoints.values(random).get("random bits"));
        assertWithinBound(points, "a million");
    }

    @Test
    void longRunsOfFewTimesComeBack() {
        for (int runPoints : new int[] {2, 20, 37, 400, 1000}) {
            for (long step : new long[] {1, 7, 1_000_000_000L}) {
                LeafPoints points = new LeafPoints(16);
                for (int i = 0; i < 3 * runPoints; i++) {
                    points.append(i / runPoints * step, i % 3);
                }
                assertWithinBound(points, runPoints + " points at each time");
            }
        }
    }

    @Test
    void anEmptyLeafComesBackEmpty() {
        assertThat(encoded.roundTrip(new LeafPoints(1))).hasSize(LeafCodec.boundBytes(0));
    }

    @Test
    void aPartOfThePointsIsWrittenAndNothingBehindItInMemory() throws CorruptBlock {
        LeafPoints points =
                SamplePoints.points(
                        5000, SamplePoints.times(random).get("irregular"), SamplePoints.values(random).get("counts"));
        LeafPoints decoded = new LeafPoints(1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(LeafCodec.boundBytes(3000)).fill((byte) 0x5a);
            int written = encoded.codec().encode(points, 1500, 4500, out);
            assertThat(out.asSlice(written).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
            encoded.codec().decode(out.asSlice(0, written), decoded);
            Encoded.assertSame(points, decoded, 1500, 4500);
            assertThat(encoded.codec().count(out)).isEqualTo(3000);
        }
    }

    @Test
    void theTimesAloneCanBeRead() throws CorruptBlock {
        LeafPoints points =
                SamplePoints.points(
                        3000, SamplePoints.times(random).get("bursts"), SamplePoints.values(random).get("gaussian"));
        LeafPoints decoded = new LeafPoints(1);
        encoded.codec().decodeTimes(MemorySegment.ofArray(encoded.roundTrip(points)), decoded);
        assertThat(decoded.count()).isEqualTo(3000);
        assertThat(decoded.times()).startsWith(Arrays.copyOf(points.times(), 3000));
    }

    @Test
    void theBytesDependOnThePointsAlone() {
        LeafPoints points =
                SamplePoints.points(
                        2000,
                        SamplePoints.times(random).get("jittered"),
                        SamplePoints.values(random).get("few distinct"));
        byte[] first = encoded.roundTrip(points);
        everyKindOfTimesAndValuesComesBackToTheBit();
        assertThat(encoded.roundTrip(points)).isEqualTo(first);
        assertThat(new Encoded().roundTrip(points)).isEqualTo(first);
    }

    @Test
    void pointsThatAreNoLeafAreOurBug() {
        LeafPoints falling = new LeafPoints(2);
        falling.append(5, 1);
        falling.append(4, 1);
        LeafPoints illegal = new LeafPoints(2);
        illegal.append(4, 1);
        illegal.append(Times.LIMIT, 1);
        MemorySegment out = MemorySegment.ofArray(new byte[100]);
        assertThatThrownBy(() -> encoded.codec().encode(falling, 0, 2, out)).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> encoded.codec().encode(illegal, 0, 2, out)).isInstanceOf(BrokenInvariant.class);
        assertThatThrownBy(() -> encoded.codec().encode(illegal, 0, 3, out)).isInstanceOf(BrokenInvariant.class);
    }

    @Test
    void memoryThatIsTooSmallIsNamedAndNotOverrun() {
        LeafPoints points =
                SamplePoints.points(
                        3000, SamplePoints.times(random).get("irregular"), SamplePoints.values(random).get("gaussian"));
        int bytes = encoded.roundTrip(points).length;
        byte[] memory = new byte[bytes];
        for (int room = 0; room < bytes; room += 97) {
            MemorySegment out = MemorySegment.ofArray(memory).asSlice(0, room);
            assertThatThrownBy(() -> encoded.codec().encode(points, 0, 3000, out))
                    .isInstanceOf(BrokenInvariant.class)
                    .hasMessageContaining("were given");
        }
    }

    private void assertWithinBound(LeafPoints points, String what) {
        assertThat(encoded.roundTrip(points).length).as(what).isLessThanOrEqualTo(LeafCodec.boundBytes(points.count()));
    }
}
