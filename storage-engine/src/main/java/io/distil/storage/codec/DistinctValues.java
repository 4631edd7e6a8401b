package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

import java.util.Arrays;

/// Few different values, as codes into the list of them.
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 1..2 | distinct count | varint, `d` in 1..count |
/// | … | list | `d` values, ascending as {@link OrderedBits} orders them: a {@link ValueColumn}, not in this scheme again |
/// | rest | codes | count integers below `d`, {@link IntegerColumn} |
final class DistinctValues implements ValueScheme {
    private static final int HEADER_BYTES_MAX = 2;
    private static final int COUNT_MIN = 16;
    private static final int SLOTS_LOG2 = 12;
    private static final int SLOT_MASK = (1 << SLOTS_LOG2) - 1;
    private static final int FREE = -1;

    /// Drawn from as many values as half a chunk has points, the first would have about this many different ones.
    private static final int FIRST_COUNT = 256;

    private static final int FIRST_DISTINCT_MAX = 228;

    /// 2^64 divided by the golden ratio spreads neighbouring bits (Knuth, TAOCP volume 3, section 6.4).
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final ValueColumn listColumn;
    private final ValueChunk listChunk = new ValueChunk();
    private final IntegerColumn codeColumn = new IntegerColumn();
    private final double[] list = new double[Chunk.POINT_COUNT_MAX];
    private final long[] codes = new long[Chunk.POINT_COUNT_MAX];
    private final long[] distinct = new long[Chunk.POINT_COUNT_MAX];
    private final long[] sorted = new long[Chunk.POINT_COUNT_MAX];
    private final long[] ranks = new long[Chunk.POINT_COUNT_MAX];
    private final int[] slots = new int[1 << SLOTS_LOG2];
    private int distinctCount;

    /// @param listColumn writes and reads the list; does not know this scheme
    DistinctValues(ValueColumn listColumn) {
        this.listColumn = listColumn;
    }

    @Override
    public int number() {
        return 4;
    }

    @Override
    public String label() {
        return "distinct";
    }

    @Override
    public int plan(ValueChunk chunk, int bytesToBeat) {
        int count = chunk.count();
        if (count < COUNT_MIN || !collect(chunk)) {
            return INAPPLICABLE;
        }
        int codeBytes = BitPacking.bytes(count, BitPacking.width(distinctCount - 1));
        if (codeBytes + distinctCount >= bytesToBeat) {
            return INAPPLICABLE;
        }
        sortAndRank(count);
        listChunk.load(list, 0, distinctCount);
        return HEADER_BYTES_MAX + listColumn.plan(listChunk) + codeColumn.plan(codes, count);
    }

    @Override
    public void write(ValueChunk chunk, ByteSink out) {
        out.putVarint(distinctCount);
        listColumn.write(listChunk, out);
        codeColumn.write(out);
    }

    @Override
    public void read(ByteSource in, double[] values, int count) throws CorruptBlock {
        int entries = in.takeVarintIn(1, count, "distinct count");
        listColumn.read(in, list, entries);
        codeColumn.read(in, codes, count);
        long wrong = 0;
        for (int i = 0; i < count; i++) {
            long code = codes[i];
            wrong |= code | (entries - 1 - code);
            values[i] = list[(int) code & (Chunk.POINT_COUNT_MAX - 1)];
        }
        if (wrong < 0) {
            throw new CorruptBlock("a code names none of " + entries + " distinct values");
        }
    }

    /// Finds the different values in the order in which they first occur, and gives each point the index of its own.
    ///
    /// @return false if more than half of the points differ, or nearly all of the first
    private boolean collect(ValueChunk chunk) {
        long[] bits = chunk.bits();
        int distinctMax = chunk.count() / 2;
        Arrays.fill(slots, FREE);
        distinctCount = 0;
        for (int i = 0; i < chunk.count(); i++) {
            if (i == FIRST_COUNT && distinctCount > FIRST_DISTINCT_MAX) {
                return false;
            }
            long wanted = bits[i];
            int slot = (int) (wanted * GOLDEN >>> (Long.SIZE - SLOTS_LOG2));
            while (slots[slot] != FREE && distinct[slots[slot]] != wanted) {
                slot = (slot + 1) & SLOT_MASK;
            }
            if (slots[slot] == FREE) {
                if (distinctCount == distinctMax) {
                    return false;
                }
                slots[slot] = distinctCount;
                distinct[distinctCount++] = wanted;
            }
            codes[i] = slots[slot];
        }
        return true;
    }

    /// Ascending, so that the list has small differences, and points of near values near codes.
    private void sortAndRank(int count) {
        for (int d = 0; d < distinctCount; d++) {
            sorted[d] = ValueChunk.ordered(distinct[d]);
        }
        Arrays.sort(sorted, 0, distinctCount);
        for (int d = 0; d < distinctCount; d++) {
            list[d] = Double.longBitsToDouble(ValueChunk.ordered(sorted[d]));
            ranks[d] = Arrays.binarySearch(sorted, 0, distinctCount, ValueChunk.ordered(distinct[d]));
        }
        for (int i = 0; i < count; i++) {
            codes[i] = ranks[(int) codes[i]];
        }
    }
}
