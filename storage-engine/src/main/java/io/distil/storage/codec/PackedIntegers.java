package io.distil.storage.codec;

import io.distil.base.CorruptBlock;

import java.util.Arrays;

/// Integers as small differences from a base, group by group, with the few that do not fit patched in afterwards: frame of
/// reference with exceptions, after Zukowski, Héman, Nes and Boncz, "Super-Scalar RAM-CPU Cache Compression" (ICDE 2006).
///
/// A group of {@link #GROUP_COUNT} integers (the last one may be shorter) is
///
/// | bytes | field | rule |
/// |---|---|---|
/// | 1 | width | bits 0..6: `w` in 0..64; bit 7: exceptions follow |
/// | 1..10 | base | zigzag varint; less the base of the group before, 0 for the first |
/// | 1..2 | exception count | only with bit 7: varint, 1..integers in the group |
/// | 1 | exception width | only with bit 7: `x` in 0..64 |
/// | ⌈n·w/8⌉ | offsets | packed, integer = base + offset |
/// | ⌈e·p/8⌉ | exception positions | packed, `p` = bits of the group's last position |
/// | ⌈e·x/8⌉ | exceptions | packed zigzag, integer = base + exception |
///
/// Arithmetic wraps at 64 bits, on both sides alike. One owner thread; {@link #plan} first, then {@link #write}.
final class PackedIntegers {
    /// Short enough to follow a change of range, long enough that the header costs a hundredth of a byte per integer.
    static final int GROUP_COUNT = 512;

    private static final int EXCEPTIONS_FOLLOW = 0x80;

    /// Count and width, and what three packed arrays in place of one may lose to whole bytes.
    private static final int EXCEPTION_HEADER_BITS = 24 + 16;

    private static final int SAMPLE_COUNT = 31;

    /// An eighth of the sample at either end may be outliers.
    private static final int SAMPLE_TRIM_PART = 8;

    /// In so narrow a range the ends may be rare although the sample has them: codes of distinct values are like that.
    private static final int NARROW_WIDTH_MAX = 12;

    private final long[] bases;
    private final byte[] widths;
    private final long[] positions = new long[GROUP_COUNT];
    private final long[] exceptions = new long[GROUP_COUNT];
    private final int[] countsByWidth = new int[Long.SIZE + 1];
    private final long[] sample = new long[SAMPLE_COUNT];
    private int sampleCount;
    private long costBits;

    PackedIntegers() {
        int groupCountMax = (Chunk.POINT_COUNT_MAX + GROUP_COUNT - 1) / GROUP_COUNT;
        bases = new long[groupCountMax];
        widths = new byte[groupCountMax];
    }

    /// Chooses base and width of every group.
    ///
    /// @return the bytes that {@link #write} will take, or a few more
    int plan(long[] integers, int count) {
        int bytes = 0;
        long previousBase = 0;
        for (int from = 0; from < count; from += GROUP_COUNT) {
            planGroup(integers, from, Math.min(GROUP_COUNT, count - from));
            long base = bases[from / GROUP_COUNT];
            bytes += 1 + BitPacking.varintBytes(BitPacking.zigzag(base - previousBase)) + (int) ((costBits + 7) >>> 3);
            previousBase = base;
        }
        return bytes;
    }

    /// Writes the integers that were planned last.
    void write(long[] integers, int count, ByteSink out) {
        long previousBase = 0;
        for (int from = 0; from < count; from += GROUP_COUNT) {
            int group = from / GROUP_COUNT;
            writeGroup(
                    integers,
                    from,
                    Math.min(GROUP_COUNT, count - from),
                    bases[group],
                    previousBase,
                    widths[group],
                    out);
            previousBase = bases[group];
        }
    }

    void read(ByteSource in, long[] integers, int count) throws CorruptBlock {
        long base = 0;
        for (int from = 0; from < count; from += GROUP_COUNT) {
            int n = Math.min(GROUP_COUNT, count - from);
            int head = in.takeByte("group width");
            int width = head & ~EXCEPTIONS_FOLLOW;
            if (width > Long.SIZE) {
                throw new CorruptBlock("group width is " + width + ", not in 0..64");
            }
            base += in.takeSigned("group base");
            if (head == width) {
                in.takePacked(integers, from, n, width, base, "offsets");
            } else {
                readPatched(in, integers, from, n, width, base);
            }
        }
    }

    private void readPatched(ByteSource in, long[] integers, int from, int n, int width, long base)
            throws CorruptBlock {
        int exceptionCount = in.takeVarintIn(1, n, "exception count");
        int exceptionWidth = in.takeByteIn(0, Long.SIZE, "exception width");
        in.takePacked(integers, from, n, width, base, "offsets");
        in.takePacked(positions, 0, exceptionCount, positionWidth(n), 0, "exception positions");
        in.takePacked(exceptions, 0, exceptionCount, exceptionWidth, 0, "exceptions");
        for (int e = 0; e < exceptionCount; e++) {
            if (positions[e] >= n) {
                throw new CorruptBlock("exception at " + positions[e] + " of a group of " + n);
            }
            integers[from + (int) positions[e]] = base + BitPacking.unzigzag(exceptions[e]);
        }
    }

    private void planGroup(long[] integers, int from, int n) {
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (int i = from; i < from + n; i++) {
            min = Math.min(min, integers[i]);
            max = Math.max(max, integers[i]);
        }
        int group = from / GROUP_COUNT;
        int rangeWidth = BitPacking.width(max - min);
        bases[group] = min;
        widths[group] = (byte) rangeWidth;
        costBits = (long) n * rangeWidth;
        if (rangeWidth > 0) {
            sortSample(integers, from, n);
            planExceptions(integers, from, n, min, max, rangeWidth);
        }
    }

    /// Tries narrower widths where the bulk of a sample is narrower than the whole range; elsewhere too many would not fit.
    private void planExceptions(long[] integers, int from, int n, long min, long max, int rangeWidth) {
        int trimmed = sampleCount / SAMPLE_TRIM_PART;
        long bulk = sample[sampleCount - 1 - trimmed] - sample[trimmed];
        if (rangeWidth > NARROW_WIDTH_MAX && BitPacking.width(bulk) == rangeWidth) {
            return;
        }
        long median = sample[sampleCount / 2];
        planAroundMedian(integers, from, n, median);
        if (BitPacking.width(max - median) > BitPacking.width(median - min) + 1) {
            planAboveMinimum(integers, from, n, min);
        }
    }

    /// A window of 2^w integers with the median in its middle: right where outliers lie on both sides.
    private void planAroundMedian(long[] integers, int from, int n, long median) {
        Arrays.fill(countsByWidth, 0);
        for (int i = from; i < from + n; i++) {
            countsByWidth[BitPacking.width(BitPacking.zigzag(integers[i] - median))]++;
        }
        int width = cheapestWidth(n);
        if (width >= 0) {
            bases[from / GROUP_COUNT] = width == 0 ? median : median - (1L << (width - 1));
            widths[from / GROUP_COUNT] = (byte) width;
        }
    }

    /// A window that starts at the smallest integer: right for a tail above the median, as waiting times have it.
    private void planAboveMinimum(long[] integers, int from, int n, long min) {
        Arrays.fill(countsByWidth, 0);
        for (int i = from; i < from + n; i++) {
            countsByWidth[BitPacking.width(integers[i] - min)]++;
        }
        int width = cheapestWidth(n);
        if (width >= 0) {
            bases[from / GROUP_COUNT] = min;
            widths[from / GROUP_COUNT] = (byte) width;
        }
    }

    /// The width with the least bits for offsets and exceptions together, or -1 if none is better than what was found.
    private int cheapestWidth(int n) {
        int widest = Long.SIZE;
        while (countsByWidth[widest] == 0) {
            widest--;
        }
        int exceptionBits = positionWidth(n) + Math.min(Long.SIZE, widest + 1);
        int best = -1;
        int exceptionCount = 0;
        for (int width = widest; width >= 0; width--) {
            long bits =
                    (long) n * width
                            + (exceptionCount == 0 ? 0 : EXCEPTION_HEADER_BITS + (long) exceptionCount * exceptionBits);
            if (bits < costBits) {
                costBits = bits;
                best = width;
            }
            exceptionCount += countsByWidth[width];
        }
        return best;
    }

    private void sortSample(long[] integers, int from, int n) {
        sampleCount = Math.min(SAMPLE_COUNT, n);
        for (int s = 0; s < sampleCount; s++) {
            long next = integers[from + s * n / sampleCount];
            int place = s;
            for (; place > 0 && sample[place - 1] > next; place--) {
                sample[place] = sample[place - 1];
            }
            sample[place] = next;
        }
    }

    private void writeGroup(long[] integers, int from, int n, long base, long previousBase, int width, ByteSink out) {
        int exceptionCount = width == Long.SIZE ? 0 : collectExceptions(integers, from, n, base, width);
        out.putByte(exceptionCount == 0 ? width : width | EXCEPTIONS_FOLLOW);
        out.putSigned(base - previousBase);
        if (exceptionCount == 0) {
            out.putPacked(integers, from, n, width, base);
            return;
        }
        long all = 0;
        for (int e = 0; e < exceptionCount; e++) {
            exceptions[e] = BitPacking.zigzag(integers[from + (int) positions[e]] - base);
            all |= exceptions[e];
        }
        int exceptionWidth = BitPacking.width(all);
        out.putVarint(exceptionCount);
        out.putByte(exceptionWidth);
        out.putPacked(integers, from, n, width, base);
        out.putPacked(positions, 0, exceptionCount, positionWidth(n), 0);
        out.putPacked(exceptions, 0, exceptionCount, exceptionWidth, 0);
    }

    private int collectExceptions(long[] integers, int from, int n, long base, int width) {
        int found = 0;
        for (int i = 0; i < n; i++) {
            if ((integers[from + i] - base) >>> width != 0) {
                positions[found++] = i;
            }
        }
        return found;
    }

    private static int positionWidth(int n) {
        return BitPacking.width(n - 1);
    }
}
