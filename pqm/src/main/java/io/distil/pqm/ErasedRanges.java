package io.distil.pqm;

import io.distil.base.BrokenInvariant;
import io.distil.base.TimeRange;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;

/// The erased times of a layer: ranges ascending, disjoint and not touching. Never changes; its successors share its rows.
///
/// A distillate erases what it is about to write, range after range, so two successors are made in place: one with a range
/// behind the last, and one whose last range ends later. For the second, the end of the last range is kept here and not
/// read from the rows; it is written there once another range follows.
final class ErasedRanges {
    static final ErasedRanges NONE = new ErasedRanges(null, 0, Long.MIN_VALUE);

    private final Rows rows;
    private final int count;
    private final long lastUntil;

    private ErasedRanges(Rows rows, int count, long lastUntil) {
        this.rows = rows;
        this.count = count;
        this.lastUntil = lastUntil;
    }

    /// The memory to hold while this is used, or null.
    Shared rows() {
        return rows;
    }

    long bytes() {
        return rows == null ? 0 : rows.memory.byteSize();
    }

    int count() {
        return count;
    }

    long from(int index) {
        return rows.from(index);
    }

    long until(int index) {
        return index == count - 1 ? lastUntil : rows.until(index);
    }

    /// The first range that ends after `time`, or {@link #count}.
    int firstEndingAfter(long time) {
        if (time >= lastUntil) {
            return count;
        }
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (until(middle) <= time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    boolean overlaps(long from, long until) {
        int index = firstEndingAfter(from);
        return index < count && from(index) < until;
    }

    boolean contains(long time) {
        int index = firstEndingAfter(time);
        return index < count && from(index) <= time;
    }

    boolean covers(long from, long until) {
        int index = firstEndingAfter(from);
        return index < count && from(index) <= from && until <= until(index);
    }

    /// These and `range`. Rows of its own, if it needs them, are handed to the draft.
    ErasedRanges with(TimeRange range, LayerDraft draft) {
        if (count > 0 && range.from() >= from(count - 1)) {
            if (range.from() <= lastUntil) {
                return new ErasedRanges(rows, count, Math.max(lastUntil, range.until()));
            }
            if (rows.used == count && count < rows.capacity) {
                rows.setUntil(count - 1, lastUntil);
                rows.append(range.from(), range.until());
                return new ErasedRanges(rows, count + 1, range.until());
            }
        }
        Rows made = draft.own(new Rows(draft.memory(), count + 1));
        long from = range.from();
        long until = range.until();
        int index = 0;
        while (index < count && until(index) < from) {
            made.append(from(index), until(index++));
        }
        while (index < count && from(index) <= until) {
            from = Math.min(from, from(index));
            until = Math.max(until, until(index++));
        }
        made.append(from, until);
        while (index < count) {
            made.append(from(index), until(index++));
        }
        return made.asRanges();
    }

    /// These but for the times of `range`.
    ErasedRanges without(TimeRange range, LayerDraft draft) {
        if (!overlaps(range.from(), range.until())) {
            return this;
        }
        Rows made = draft.own(new Rows(draft.memory(), count + 1));
        for (int index = 0; index < count; index++) {
            long from = from(index);
            long until = until(index);
            if (!range.overlaps(from, until)) {
                made.append(from, until);
                continue;
            }
            if (from < range.from()) {
                made.append(from, range.from());
            }
            if (range.until() < until) {
                made.append(range.until(), until);
            }
        }
        return made.asRanges();
    }

    /// Pairs of 64-bit times, from and until.
    private static final class Rows extends Shared {
        private static final int ROW_BYTES = 16;
        private static final int ROOM_ROWS_MIN = 4;

        private final BufferMemory accounts;
        private final MemorySegment memory;
        private final int capacity;
        private int used;

        Rows(BufferMemory accounts, int countMax) {
            this.accounts = accounts;
            this.capacity = countMax + Math.max(ROOM_ROWS_MIN, countMax >> 1);
            this.memory = accounts.allocate(MemoryOwner.PQM, (long) ROW_BYTES * capacity);
        }

        long from(int row) {
            checkHeld();
            return memory.get(Layouts.LONG, (long) ROW_BYTES * row);
        }

        long until(int row) {
            checkHeld();
            return memory.get(Layouts.LONG, (long) ROW_BYTES * row + 8);
        }

        void setUntil(int row, long until) {
            memory.set(Layouts.LONG, (long) ROW_BYTES * row + 8, until);
        }

        void append(long from, long until) {
            memory.set(Layouts.LONG, (long) ROW_BYTES * used, from);
            setUntil(used, until);
            used++;
        }

        ErasedRanges asRanges() {
            return used == 0 ? NONE : new ErasedRanges(this, used, until(used - 1));
        }

        private void checkHeld() {
            if (OffHeap.DEEP_CHECKS && !isHeld()) {
                throw new BrokenInvariant("erased ranges were read after they were freed");
            }
        }

        @Override
        void free() {
            accounts.free(MemoryOwner.PQM, memory);
        }
    }
}
