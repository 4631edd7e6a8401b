package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Round trips, as every test of the codec wants them.
final class Encoded {
    private final LeafCodec codec = new LeafCodec();
    private final LeafPoints decoded = new LeafPoints(16);

    LeafCodec codec() {
        return codec;
    }

    /// The points as bytes, after checking that exactly they come back.
    byte[] roundTrip(LeafPoints points) {
        byte[] bytes = new byte[LeafCodec.boundBytes(points.count())];
        int written = codec.encode(points, 0, points.count(), MemorySegment.ofArray(bytes));
        byte[] exact = Arrays.copyOf(bytes, written);
        try {
            codec.decode(MemorySegment.ofArray(exact), decoded);
        } catch (CorruptBlock e) {
            throw new AssertionError(e);
        }
        assertSame(points, decoded, 0, points.count());
        return exact;
    }

    /// Times equal, and values equal to the bit.
    static void assertSame(LeafPoints expected, LeafPoints found, int from, int until) {
        if (found.count() != until - from) {
            throw new AssertionError(found.count() + " points came back of " + (until - from));
        }
        for (int i = 0; i < found.count(); i++) {
            long wantedTime = expected.times()[from + i];
            long wantedBits = Double.doubleToRawLongBits(expected.values()[from + i]);
            long foundBits = Double.doubleToRawLongBits(found.values()[i]);
            if (found.times()[i] != wantedTime || foundBits != wantedBits) {
                throw new AssertionError(
                        "point "
                                + i
                                + " was ("
                                + wantedTime
                                + ", "
                                + Long.toHexString(wantedBits)
                                + ") and came back as ("
                                + found.times()[i]
                                + ", "
                                + Long.toHexString(foundBits)
                                + ")");
            }
        }
    }
}
