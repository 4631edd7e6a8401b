package io.distil.storage.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Bytes of one column on their way out, in a scratch array that is large enough for every scheme. One owner thread.
final class ByteSink {
    /// Eight bytes of an array as a little-endian number, aligned or not.
    static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int CONTINUED = 0x80;

    private final byte[] bytes;
    private int position;

    ByteSink(int capacityBytes) {
        bytes = new byte[capacityBytes];
    }

    void reset() {
        position = 0;
    }

    /// Forgets what was written after `earlier`.
    void rewind(int earlier) {
        position = earlier;
    }

    byte[] bytes() {
        return bytes;
    }

    int position() {
        return position;
    }

    void putByte(int number) {
        bytes[position++] = (byte) number;
    }

    void putLong(long number) {
        LONGS.set(bytes, position, number);
        position += Long.BYTES;
    }

    /// An unsigned number in 1..10 bytes of seven bits, lowest first; all but the last have their top bit set.
    void putVarint(long number) {
        long rest = number;
        while ((rest & -CONTINUED) != 0) {
            bytes[position++] = (byte) (rest | CONTINUED);
            rest >>>= 7;
        }
        bytes[position++] = (byte) rest;
    }

    void putSigned(long number) {
        putVarint(BitPacking.zigzag(number));
    }

    /// Packs the low `width` bits of `count` numbers; see {@link BitPacking}.
    void putPacked(long[] numbers, int from, int count, int width, long base) {
        BitPacking.pack(numbers, from, count, width, base, bytes, position);
        position += BitPacking.bytes(count, width);
    }
}
