package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Bytes of one column on their way in, copied from where they lie, so that the loops over them see one kind of array. Every
/// read is checked against the column's end. One owner thread.
final class ByteSource {
    private final byte[] bytes;
    private int position;
    private int limit;

    ByteSource(int capacityBytes) {
        bytes = new byte[capacityBytes + BitPacking.SLACK_BYTES];
    }

    /// Takes `length` bytes, at most the capacity, from `offset` of `memory`. What an earlier column left behind them is
    /// never part of a result: unpacking masks it away.
    void load(MemorySegment memory, long offset, int length) {
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
        position = 0;
        limit = length;
    }

    int remaining() {
        return limit - position;
    }

    int takeByte(String field) throws CorruptBlock {
        need(1, field);
        return bytes[position++] & 0xff;
    }

    long takeLong(String field) throws CorruptBlock {
        need(Long.BYTES, field);
        long number = (long) ByteSink.LONGS.get(bytes, position);
        position += Long.BYTES;
        return number;
    }

    long takeVarint(String field) throws CorruptBlock {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = takeByte(field);
            number |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return number;
            }
        }
        throw new CorruptBlock(field + " has more than 10 bytes");
    }

    long takeSigned(String field) throws CorruptBlock {
        return BitPacking.unzigzag(takeVarint(field));
    }

    /// A number that must lie in `[min, max]`.
    int takeByteIn(int min, int max, String field) throws CorruptBlock {
        return checked(takeByte(field), min, max, field);
    }

    /// As {@link #takeByteIn}, for a varint.
    int takeVarintIn(int min, int max, String field) throws CorruptBlock {
        return checked(takeVarint(field), min, max, field);
    }

    /// Unpacks `count` numbers of `width` bits, adding `base` to each.
    void takePacked(long[] numbers, int from, int count, int width, long base, String field) throws CorruptBlock {
        int packedBytes = BitPacking.bytes(count, width);
        need(packedBytes, field);
        BitPacking.unpack(bytes, position, numbers, from, count, width, base);
        position += packedBytes;
    }

    void expectEnd(String column) throws CorruptBlock {
        if (position != limit) {
            throw new CorruptBlock(column + " leave " + (limit - position) + " of " + limit + " bytes unread");
        }
    }

    private static int checked(long found, int min, int max, String field) throws CorruptBlock {
        if (found < min || found > max) {
            throw new CorruptBlock(field + " is " + found + ", not in " + min + ".." + max);
        }
        return (int) found;
    }

    private void need(int wanted, String field) throws CorruptBlock {
        if (limit - position < wanted) {
            throw new CorruptBlock(
                    field + " needs " + wanted + " bytes at " + position + ", the column ends at " + limit);
        }
    }
}
