package io.distil.pqm;

import io.distil.base.BrokenInvariant;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;

/// The ranges of time that the mutations on the way to one commit touched: rows of minor version, from and until, 64 bits
/// each, ascending by minor version. The owner thread appends; what is filled never changes.
final class ChangeRows extends Shared {
    private static final int ROW_BYTES = 24;
    private static final int ROOM_ROWS_MIN = 8;

    /// With how many later rows a row is compared to see whether it says anything new.
    private static final int LATER_ROWS_COMPARED = 8;

    private final BufferMemory accounts;
    private final MemorySegment memory;
    private final int capacity;
    private int used;

    ChangeRows(BufferMemory accounts, int capacity) {
        this.accounts = accounts;
        this.capacity = capacity;
        this.memory = accounts.allocate(MemoryOwner.CHANGE_HISTORY, (long) ROW_BYTES * capacity);
    }

    long bytes() {
        return memory.byteSize();
    }

    int used() {
        return used;
    }

    boolean fits(int count) {
        return capacity - used >= count;
    }

    void append(long minor, long from, long until) {
        long offset = (long) ROW_BYTES * used++;
        memory.set(Layouts.LONG, offset, minor);
        memory.set(Layouts.LONG, offset + 8, from);
        memory.set(Layouts.LONG, offset + 16, until);
    }

    long minor(int row) {
        checkHeld();
        return memory.get(Layouts.LONG, (long) ROW_BYTES * row);
    }

    long from(int row) {
        checkHeld();
        return memory.get(Layouts.LONG, (long) ROW_BYTES * row + 8);
    }

    long until(int row) {
        checkHeld();
        return memory.get(Layouts.LONG, (long) ROW_BYTES * row + 16);
    }

    /// Adds the ranges of the first `count` rows that came after `minor`.
    void addSince(long minor, int count, RangeUnion ranges) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (minor(middle) <= minor) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        for (int row = low; row < count; row++) {
            ranges.add(from(row), until(row));
        }
    }

    /// These rows with room for `count` more, but for those that a later row covers: whoever asks since before the earlier
    /// row gets the later one too. A live distillate replaces the same stretch over and over, and this keeps its history
    /// short.
    ChangeRows grown(int count) {
        int[] kept = new int[used];
        int keptFrom = used;
        for (int row = used - 1; row >= 0; row--) {
            if (!isCovered(row, kept, keptFrom)) {
                kept[--keptFrom] = row;
            }
        }
        int rows = used - keptFrom;
        int room = count == 0 ? 0 : count + Math.max(ROOM_ROWS_MIN, rows >> 1);
        ChangeRows grown = new ChangeRows(accounts, Math.max(1, rows + room));
        for (int i = keptFrom; i < used; i++) {
            grown.append(minor(kept[i]), from(kept[i]), until(kept[i]));
        }
        return grown;
    }

    private boolean isCovered(int row, int[] kept, int keptFrom) {
        int end = Math.min(kept.length, keptFrom + LATER_ROWS_COMPARED);
        for (int i = keptFrom; i < end; i++) {
            if (from(kept[i]) <= from(row) && until(row) <= until(kept[i])) {
                return true;
            }
        }
        return false;
    }

    private void checkHeld() {
        if (OffHeap.DEEP_CHECKS && !isHeld()) {
            throw new BrokenInvariant("change history was read after it was freed");
        }
    }

    @Override
    void free() {
        accounts.free(MemoryOwner.CHANGE_HISTORY, memory);
    }
}
