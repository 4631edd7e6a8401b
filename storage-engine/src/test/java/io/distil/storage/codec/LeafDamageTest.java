package io.distil.storage.codec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.CorruptBlock;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Blocks are under a checksum, so that damage hardly comes this far. If it does, it must end in {@link CorruptBlock} or in
/// other points, never in anything else.
class LeafDamageTest {
    private final Encoded encoded = new Encoded();
    private final LeafPoints decoded = new LeafPoints(16);
    private final long seed = Long.getLong("distil.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    LeafDamageTest() {
        System.out.println("LeafDamageTest: -Ddistil.seed=" + seed);
    }

    @Test
    void anyFlippedBitIsRefusedOrGivesOtherPoints() {
        forEveryKind(
                120,
                bytes -> {
                    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
                        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                        decodeOrRefuse(bytes);
                        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                    }
                });
    }

    @Test
    void anyTruncationIsRefused() {
        forEveryKind(
                2500,
                bytes -> {
                    for (int length = 0; length < bytes.length; length += length < 200 ? 1 : 37) {
                        MemorySegment cut = MemorySegment.ofArray(Arrays.copyOf(bytes, length));
                        assertThatThrownBy(() -> encoded.codec().decode(cut, decoded)).isInstanceOf(CorruptBlock.class);
                    }
                });
    }

    @Test
    void bytesBehindTheLeafAreRefused() {
        forEveryKind(
                100,
                bytes -> {
                    MemorySegment longer = MemorySegment.ofArray(Arrays.copyOf(bytes, bytes.length + 1));
                    assertThatThrownBy(() -> encoded.codec().decode(longer, decoded)).isInstanceOf(CorruptBlock.class);
                });
    }

    @Test
    void manyDamagedBytesAreRefusedOrGiveOtherPoints() {
        forEveryKind(
                2500,
                bytes -> {
                    for (int round = 0; round < 200; round++) {
                        byte[] damaged = bytes.clone();
                        // The head of each column decides most, so that half of the damage is done there.
                        int reach = random.nextBoolean() ? Math.min(64, damaged.length) : damaged.length;
                        for (int i = random.nextInt(1, 6); i > 0; i--) {
                            damaged[random.nextInt(reach)] = (byte) random.nextInt();
                        }
                        decodeOrRefuse(damaged);
                    }
                });
    }

    @Test
    void noiseBehindAPlausibleHeaderIsRefusedOrGivesPoints() {
        for (int round = 0; round < 200_000; round++) {
            byte[] noise = new byte[random.nextInt(8, 120)];
            random.nextBytes(noise);
            int timeBytes = random.nextInt(1, noise.length);
            noise[0] = 1;
            noise[1] = (byte) random.nextInt(1, 40);
            noise[2] = 0;
            noise[3] = 0;
            noise[4] = (byte) timeBytes;
            noise[5] = 0;
            noise[6] = (byte) Math.max(1, noise.length - 8 - timeBytes);
            noise[7] = 0;
            if (timeBytes + 8 < noise.length) {
                noise[8] = (byte) random.nextInt(5);
                noise[8 + timeBytes] = (byte) random.nextInt(7);
            }
            decodeOrRefuse(noise);
        }
    }

    @Test
    void aLayoutFromElsewhereIsRefusedByNumber() {
        byte[] bytes = {2, 0, 0, 0};
        assertThatThrownBy(() -> encoded.codec().count(MemorySegment.ofArray(bytes)))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("layout is 2");
    }

    @Test
    void aCountThatNoLeafHasIsRefusedBeforeMemoryIsTaken() {
        byte[] bytes = {1, 1, 0, 0x10};
        LeafPoints small = new LeafPoints(1);
        assertThatThrownBy(() -> encoded.codec().decode(MemorySegment.ofArray(bytes), small))
                .isInstanceOf(CorruptBlock.class)
                .hasMessageContaining("1048577 points");
    }

    private interface Act {
        void on(byte[] bytes);
    }

    private void forEveryKind(int count, Act act) {
        for (String times : SamplePoints.times(random.split()).keySet()) {
            act.on(
                    encoded.roundTrip(
                            SamplePoints.points(
                                    count,
                                    SamplePoints.times(random.split()).get(times),
                                    SamplePoints.values(random.split()).get("counts"))));
        }
        for (String values : SamplePoints.values(random.split()).keySet()) {
            act.on(
                    encoded.roundTrip(
                            SamplePoints.points(
                                    count,
                                    SamplePoints.times(random.split()).get("jittered"),
                                    SamplePoints.values(random.split()).get(values))));
        }
    }

    /// From memory of exactly this length, so that a read past its end is seen.
    private void decodeOrRefuse(byte[] bytes) {
        try {
            encoded.codec().decode(MemorySegment.ofArray(bytes), decoded);
        } catch (CorruptBlock e) {
            if (decoded.count() != 0) {
                throw new AssertionError("refused, yet " + decoded.count() + " points are there", e);
            }
        }
    }
}
