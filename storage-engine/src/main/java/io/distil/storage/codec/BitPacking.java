package io.distil.storage.codec;

import java.util.Arrays;

/// Numbers of one width, side by side, lowest bit first: number `i` of width `w` begins at bit `i * w`, counted from the
/// lowest bit of the first byte.
///
/// Unpacking reads eight bytes at the byte in which a number begins, so the array must go on for {@link #SLACK_BYTES} after
/// the last packed byte; what lies there does not matter.
final class BitPacking {
    /// How far unpacking may look past the end: eight bytes and one more for widths over {@link #ONE_LOAD_WIDTH_MAX}.
    static final int SLACK_BYTES = 16;

    /// A number of this width that begins at any bit of a byte lies in eight bytes.
    private static final int ONE_LOAD_WIDTH_MAX = Long.SIZE - 7;

    private BitPacking() {}

    /// Bytes that `count` numbers of `width` bits take.
    static int bytes(int count, int width) {
        return (count * width + 7) >>> 3;
    }

    /// Bits that `number`, taken as unsigned, needs: 0 for 0.
    static int width(long number) {
        return Long.SIZE - Long.numberOfLeadingZeros(number);
    }

    /// Bytes that `number` takes as a varint ({@link ByteSink#putVarint}).
    static int varintBytes(long number) {
        return (width(number | 1) + 6) / 7;
    }

    /// Small magnitudes of either sign to small unsigned numbers: 0, -1, 1, -2, … to 0, 1, 2, 3, …
    static long zigzag(long number) {
        return (number << 1) ^ (number >> (Long.SIZE - 1));
    }

    static long unzigzag(long number) {
        return (number >>> 1) ^ -(number & 1);
    }

    /// The lowest `width` bits.
    static long mask(int width) {
        return width == 0 ? 0 : -1L >>> (Long.SIZE - width);
    }

    /// Writes the low `width` bits of each number minus `base`.
    static void pack(long[] numbers, int from, int count, int width, long base, byte[] bytes, int at) {
        if (width == 0) {
            return;
        }
        long mask = mask(width);
        long word = 0;
        int used = 0;
        int position = at;
        for (int i = from; i < from + count; i++) {
            long number = (numbers[i] - base) & mask;
            word |= number << used;
            used += width;
            if (used >= Long.SIZE) {
                ByteSink.LONGS.set(bytes, position, word);
                position += Long.BYTES;
                used -= Long.SIZE;
                word = used == 0 ? 0 : number >>> (width - used);
            }
        }
        for (; used > 0; used -= Byte.SIZE) {
            bytes[position++] = (byte) word;
            word >>>= Byte.SIZE;
        }
    }

    /// Reads `count` numbers and adds `base` to each.
    static void unpack(byte[] bytes, int at, long[] numbers, int from, int count, int width, long base) {
        if (width == 0) {
            Arrays.fill(numbers, from, from + count, base);
        } else if (width <= ONE_LOAD_WIDTH_MAX) {
            unpackNarrow(bytes, at, numbers, from, count, width, base);
        } else {
            unpackWide(bytes, at, numbers, from, count, width, base);
        }
    }

    private static void unpackNarrow(byte[] bytes, int at, long[] numbers, int from, int count, int width, long base) {
        long mask = mask(width);
        int bit = 0;
        for (int i = 0; i < count; i++, bit += width) {
            long word = (long) ByteSink.LONGS.get(bytes, at + (bit >>> 3));
            numbers[from + i] = ((word >>> (bit & 7)) & mask) + base;
        }
    }

    private static void unpackWide(byte[] bytes, int at, long[] numbers, int from, int count, int width, long base) {
        long mask = mask(width);
        int bit = 0;
        for (int i = 0; i < count; i++, bit += width) {
            int position = at + (bit >>> 3);
            int shift = bit & 7;
            long low = (long) ByteSink.LONGS.get(bytes, position) >>> shift;
            long high = (long) bytes[position + Long.BYTES] << 1 << (Long.SIZE - 1 - shift);
            numbers[from + i] = ((low | high) & mask) + base;
        }
    }
}
