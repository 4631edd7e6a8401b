package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

import java.util.Arrays;

/// Doubles without order: the left bits (sign, exponent, first of the mantissa), of which few kinds occur, as codes into a
/// short dictionary; the right bits, which look random, as they are. This is ALP-RD of Afroozeh, Kuffó and Boncz, "ALP"
/// (SIGMOD 2024).
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 1 | right width | `r` in 48..63 |
/// | 1 | entry count | 1..8 |
/// | 2 × entries | dictionary | left parts, below 2^(64-r) |
/// | 1..2 | exception count | varint, 0..count |
/// | ⌈e·p/8⌉ | exception positions | packed, `p` = bits of the last position |
/// | ⌈e·(64-r)/8⌉ | exceptions | packed left parts |
/// | ⌈n·c/8⌉ | codes | packed, `c` = bits of the last entry's index |
/// | ⌈n·r/8⌉ | right parts | packed |
final class SplitBits implements ValueScheme {
    private static final int RIGHT_WIDTH_MIN = 48;
    private static final int RIGHT_WIDTH_MAX = 63;
    private static final int ENTRY_COUNT_MAX = 8;
    private static final int HEADER_BYTES_MAX = 4 + 2 * ENTRY_COUNT_MAX;
    private static final int SAMPLE_COUNT = 128;

    private final long[] sample = new long[SAMPLE_COUNT];
    private final long[] entries = new long[ENTRY_COUNT_MAX];
    private final int[] entrySamples = new int[ENTRY_COUNT_MAX];
    private final long[] codes = new long[Chunk.POINT_COUNT_MAX];
    private final long[] rights = new long[Chunk.POINT_COUNT_MAX];
    private final long[] positions = new long[Chunk.POINT_COUNT_MAX];
    private final long[] exceptions = new long[Chunk.POINT_COUNT_MAX];
    private int rightWidth;
    private int entryCount;
    private int exceptionCount;

    @Override
    public int number() {
        return 3;
    }

    @Override
    public String label() {
        return "split-bits";
    }

    @Override
    public int plan(ValueChunk chunk, int bytesToBeat) {
        int count = chunk.count();
        if (count < SAMPLE_COUNT
                || BitPacking.bytes(count, RIGHT_WIDTH_MIN) >= bytesToBeat
                || estimateBits(chunk) * count / Byte.SIZE >= bytesToBeat) {
            return INAPPLICABLE;
        }
        fillEntries(rightWidth);
        exceptionCount = assignCodes(chunk.bits(), count);
        int leftWidth = Long.SIZE - rightWidth;
        return HEADER_BYTES_MAX
                + BitPacking.bytes(count, rightWidth)
                + BitPacking.bytes(count, BitPacking.width(entryCount - 1))
                + BitPacking.bytes(exceptionCount, leftWidth + BitPacking.width(count - 1))
                + 1;
    }

    @Override
    public void write(ValueChunk chunk, ByteSink out) {
        int count = chunk.count();
        out.putByte(rightWidth);
        out.putByte(entryCount);
        for (int e = 0; e < entryCount; e++) {
            out.putByte((int) entries[e]);
            out.putByte((int) (entries[e] >>> Byte.SIZE));
        }
        out.putVarint(exceptionCount);
        out.putPacked(positions, 0, exceptionCount, BitPacking.width(count - 1), 0);
        out.putPacked(exceptions, 0, exceptionCount, Long.SIZE - rightWidth, 0);
        out.putPacked(codes, 0, count, BitPacking.width(entryCount - 1), 0);
        out.putPacked(chunk.bits(), 0, count, rightWidth, 0);
    }

    @Override
    public void read(ByteSource in, double[] values, int count) throws CorruptBlock {
        int r = in.takeByteIn(RIGHT_WIDTH_MIN, RIGHT_WIDTH_MAX, "right width");
        int entriesHere = in.takeByteIn(1, ENTRY_COUNT_MAX, "entry count");
        // Codes have up to three bits: entries that are not there read as 0 and only damage can name them.
        Arrays.fill(entries, 0);
        for (int e = 0; e < entriesHere; e++) {
            entries[e] = (in.takeByte("entry") | (long) in.takeByte("entry") << Byte.SIZE) << r;
        }
        int patchCount = in.takeVarintIn(0, count, "exception count of left parts");
        in.takePacked(positions, 0, patchCount, BitPacking.width(count - 1), 0, "exception positions of left parts");
        in.takePacked(exceptions, 0, patchCount, Long.SIZE - r, 0, "exceptions of left parts");
        in.takePacked(codes, 0, count, BitPacking.width(entriesHere - 1), 0, "codes of left parts");
        in.takePacked(rights, 0, count, r, 0, "right parts");
        for (int i = 0; i < count; i++) {
            values[i] = Double.longBitsToDouble(entries[(int) codes[i]] | rights[i]);
        }
        for (int e = 0; e < patchCount; e++) {
            if (positions[e] >= count) {
                throw new CorruptBlock("left part exception at " + positions[e] + " of " + count);
            }
            int position = (int) positions[e];
            values[position] = Double.longBitsToDouble(exceptions[e] << r | rights[position]);
        }
    }

    /// Sorts a sample, so that equal left parts are neighbours whatever the cut, and tries every cut.
    ///
    /// @return bits per value at the best cut, which is kept in `rightWidth`
    private long estimateBits(ValueChunk chunk) {
        for (int s = 0; s < SAMPLE_COUNT; s++) {
            sample[s] = chunk.bits()[s * chunk.count() / SAMPLE_COUNT];
        }
        Arrays.sort(sample);
        long best = Long.MAX_VALUE;
        for (int r = RIGHT_WIDTH_MIN; r <= RIGHT_WIDTH_MAX; r++) {
            fillEntries(r);
            int covered = 0;
            for (int e = 0; e < entryCount; e++) {
                covered += entrySamples[e];
            }
            int exceptionBits = Long.SIZE - r + 11;
            long bits =
                    (long) SAMPLE_COUNT * (r + BitPacking.width(entryCount - 1))
                            + (long) (SAMPLE_COUNT - covered) * exceptionBits;
            if (bits < best) {
                best = bits;
                rightWidth = r;
            }
        }
        return best / SAMPLE_COUNT;
    }

    /// The most frequent left parts of the sample, most frequent first.
    private void fillEntries(int r) {
        entryCount = 0;
        for (int s = 0; s < SAMPLE_COUNT; ) {
            long left = sample[s] >>> r;
            int start = s;
            while (s < SAMPLE_COUNT && sample[s] >>> r == left) {
                s++;
            }
            addEntry(left, s - start);
        }
    }

    private void addEntry(long left, int samples) {
        int place = entryCount;
        while (place > 0 && entrySamples[place - 1] < samples) {
            place--;
        }
        if (place == ENTRY_COUNT_MAX) {
            return;
        }
        entryCount = Math.min(ENTRY_COUNT_MAX, entryCount + 1);
        for (int e = entryCount - 1; e > place; e--) {
            entries[e] = entries[e - 1];
            entrySamples[e] = entrySamples[e - 1];
        }
        entries[place] = left;
        entrySamples[place] = samples;
    }

    private int assignCodes(long[] bits, int count) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            long left = bits[i] >>> rightWidth;
            int code = 0;
            while (code < entryCount && entries[code] != left) {
                code++;
            }
            if (code == entryCount) {
                positions[found] = i;
                exceptions[found++] = left;
                code = 0;
            }
            codes[i] = code;
        }
        return found;
    }
}
