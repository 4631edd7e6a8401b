package io.distil.storage.tree;

import io.distil.base.Statistics;
import io.distil.base.StatisticsAccumulator;
import io.distil.base.memory.Layouts;
import io.distil.storage.segment.BlockRef;

import java.lang.foreign.MemorySegment;

/// Where the fields of an entry lie: the only code that knows. A node block is nothing but its entries, one after the
/// other; the table is in the package's description.
final class EntryDescriptor {
    static final int ENTRY_BYTES = 80;

    private static final int FIRST = 0;
    private static final int LAST = 8;
    private static final int COUNT = 16;
    private static final int MIN = 24;
    private static final int MEAN = 32;
    private static final int MAX = 40;
    private static final int M2 = 48;
    private static final int ADDRESS = 56;
    private static final int VERSION = 64;
    private static final int BLOCK_BYTES = 72;
    private static final int PAGE_ENTRY_COUNT = 76;

    private static final BlockRef NO_BLOCK = new BlockRef(0, 0, 0);

    private EntryDescriptor() {}

    static long first(MemorySegment page, int index) {
        return page.get(Layouts.LONG, offset(index) + FIRST);
    }

    static long last(MemorySegment page, int index) {
        return page.get(Layouts.LONG, offset(index) + LAST);
    }

    static long count(MemorySegment page, int index) {
        return page.get(Layouts.LONG, offset(index) + COUNT);
    }

    static double min(MemorySegment page, int index) {
        return page.get(Layouts.DOUBLE, offset(index) + MIN);
    }

    static double mean(MemorySegment page, int index) {
        return page.get(Layouts.DOUBLE, offset(index) + MEAN);
    }

    static double max(MemorySegment page, int index) {
        return page.get(Layouts.DOUBLE, offset(index) + MAX);
    }

    static double m2(MemorySegment page, int index) {
        return page.get(Layouts.DOUBLE, offset(index) + M2);
    }

    static long address(MemorySegment page, int index) {
        return page.get(Layouts.LONG, offset(index) + ADDRESS);
    }

    static int pageEntryCount(MemorySegment page, int index) {
        return page.get(Layouts.INT, offset(index) + PAGE_ENTRY_COUNT);
    }

    static BlockRef block(MemorySegment page, int index) {
        long at = offset(index);
        return new BlockRef(
                page.get(Layouts.LONG, at + ADDRESS),
                page.get(Layouts.INT, at + BLOCK_BYTES),
                page.get(Layouts.LONG, at + VERSION));
    }

    static Statistics statistics(MemorySegment page, int index) {
        return new Statistics(
                count(page, index), min(page, index), mean(page, index), max(page, index), m2(page, index));
    }

    /// Adds entries `[from, until)` up, at least one, into a cleared `sum`: the mean first, then the spread around it, so
    /// that no step waits for a division of the one before it.
    static void sum(MemorySegment page, int from, int until, StatisticsAccumulator sum) {
        sum.reset();
        if (until - from == 1) {
            addTo(page, from, sum);
            return;
        }
        double origin = mean(page, from);
        double min = min(page, from);
        double max = max(page, from);
        long count = count(page, from);
        double shift = 0;
        for (int i = from + 1; i < until; i++) {
            long n = count(page, i);
            count += n;
            min = Math.min(min, min(page, i));
            max = Math.max(max, max(page, i));
            shift += n * (mean(page, i) - origin);
        }
        double mean = Math.clamp(origin + shift / count, min, max);
        double m2 = 0;
        for (int i = from; i < until; i++) {
            double distance = mean(page, i) - mean;
            m2 += m2(page, i) + count(page, i) * distance * distance;
        }
        if (Double.isFinite(shift)) {
            sum.addStatistics(count, min, mean, max, m2);
        } else {
            // Values at the edge of what a double holds: one by one, which takes care of that.
            for (int i = from; i < until; i++) {
                addTo(page, i, sum);
            }
        }
    }

    private static void addTo(MemorySegment page, int index, StatisticsAccumulator sum) {
        sum.addStatistics(count(page, index), min(page, index), mean(page, index), max(page, index), m2(page, index));
    }

    static Entry decode(MemorySegment page, int index) {
        return new Entry(
                first(page, index),
                last(page, index),
                statistics(page, index),
                block(page, index),
                pageEntryCount(page, index));
    }

    static void encode(Entry entry, MemorySegment page, int index) {
        long at = offset(index);
        page.set(Layouts.LONG, at + FIRST, entry.first());
        page.set(Layouts.LONG, at + LAST, entry.last());
        page.set(Layouts.LONG, at + COUNT, entry.statistics().count());
        page.set(Layouts.DOUBLE, at + MIN, entry.statistics().min());
        page.set(Layouts.DOUBLE, at + MEAN, entry.statistics().mean());
        page.set(Layouts.DOUBLE, at + MAX, entry.statistics().max());
        page.set(Layouts.DOUBLE, at + M2, entry.statistics().m2());
        page.set(Layouts.LONG, at + ADDRESS, entry.block().address());
        page.set(Layouts.LONG, at + VERSION, entry.block().version());
        page.set(Layouts.INT, at + BLOCK_BYTES, entry.block().bytes());
        page.set(Layouts.INT, at + PAGE_ENTRY_COUNT, entry.pageEntryCount());
    }

    /// An entry without a block, for a part of a leaf.
    static void encodePart(long first, long last, StatisticsAccumulator sum, MemorySegment page, int index) {
        encode(new Entry(first, last, sum.toStatistics(), NO_BLOCK, 0), page, index);
    }

    private static long offset(int index) {
        return (long) ENTRY_BYTES * index;
    }
}
