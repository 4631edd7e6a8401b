package io.distil.pqm;

import io.distil.base.BrokenInvariant;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.codec.LeafPoints;

import java.lang.foreign.MemorySegment;

/// Room for `capacity` operations in three off-heap columns: times, bits of the values, numbers of the policies.
///
/// ```
/// 0              8 * capacity     16 * capacity    17 * capacity
/// | times, int64 | values, bits   | policies, int8 |
/// ```
///
/// The owner thread fills from the front and never changes what is filled, so that a reader who knows how many rows its
/// view has needs no more than that view's publication.
final class RunColumns extends Shared {
    static final int ROW_BYTES = 17;

    /// Below this many rows a loop beats three block copies.
    private static final int BLOCK_COPY_ROWS_MIN = 8;

    private final BufferMemory accounts;
    private final MemorySegment memory;
    private final MemorySegment times;
    private final MemorySegment values;
    private final MemorySegment policies;
    private final int capacity;

    /// Rows filled; the owner thread's alone.
    private int used;

    RunColumns(BufferMemory accounts, int capacity) {
        this.accounts = accounts;
        this.capacity = capacity;
        this.memory = accounts.allocate(MemoryOwner.PQM, (long) ROW_BYTES * capacity);
        this.times = memory.asSlice(0, 8L * capacity);
        this.values = memory.asSlice(8L * capacity, 8L * capacity);
        this.policies = memory.asSlice(16L * capacity, capacity);
    }

    int capacity() {
        return capacity;
    }

    long bytes() {
        return memory.byteSize();
    }

    int used() {
        return used;
    }

    long time(int row) {
        checkHeld();
        return times.get(Layouts.LONG, 8L * row);
    }

    long valueBits(int row) {
        checkHeld();
        return values.get(Layouts.LONG, 8L * row);
    }

    byte policy(int row) {
        checkHeld();
        return policies.get(Layouts.BYTE, row);
    }

    void append(long time, long valueBits, byte policy) {
        times.set(Layouts.LONG, 8L * used, time);
        values.set(Layouts.LONG, 8L * used, valueBits);
        policies.set(Layouts.BYTE, used, policy);
        used++;
    }

    /// Appends `count` rows of one policy from columns of times and values.
    void append(MemorySegment fromTimes, MemorySegment fromValues, int count, byte policy) {
        BrokenInvariant.check(count <= capacity - used, count + " rows into " + (capacity - used));
        MemorySegment.copy(fromTimes, 0, times, 8L * used, 8L * count);
        MemorySegment.copy(fromValues, 0, values, 8L * used, 8L * count);
        policies.asSlice(used, count).fill(policy);
        used += count;
    }

    /// Appends rows `[from, until)` of others.
    void append(RunColumns other, int from, int until) {
        int count = until - from;
        if (count < BLOCK_COPY_ROWS_MIN) {
            for (int row = from; row < until; row++) {
                append(other.time(row), other.valueBits(row), other.policy(row));
            }
            return;
        }
        other.checkHeld();
        MemorySegment.copy(other.times, 8L * from, times, 8L * used, 8L * count);
        MemorySegment.copy(other.values, 8L * from, values, 8L * used, 8L * count);
        MemorySegment.copy(other.policies, from, policies, used, count);
        used += count;
    }

    /// Forgets rows that were appended and not shown to anybody yet.
    void truncate(int count) {
        used = count;
    }

    /// Appends the points of rows `[from, until)` to `out`.
    void copyTo(LeafPoints out, int from, int until) {
        checkHeld();
        int count = until - from;
        int at = out.count();
        out.ensureCapacity(at + count);
        MemorySegment.copy(times, Layouts.LONG, 8L * from, out.times(), at, count);
        MemorySegment.copy(values, Layouts.DOUBLE, 8L * from, out.values(), at, count);
        out.setCount(at + count);
    }

    /// The first row in `[from, until)` whose time is at least `time`, or `until`. Looks near `from` first: merges ask for
    /// rows a few steps ahead.
    int lowerBound(int from, int until, long time) {
        int low = from;
        int step = 1;
        while (low < until && time(low) < time) {
            int next = low + step;
            if (next >= until || next < 0) {
                return search(low + 1, until, time);
            }
            if (time(next) >= time) {
                return search(low + 1, next, time);
            }
            low = next;
            step <<= 1;
        }
        return low;
    }

    private int search(int low, int high, long time) {
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (time(middle) < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// True if every policy in rows `[from, until)` is number 0, `never`.
    boolean onlyNever(int from, int until) {
        checkHeld();
        int row = from;
        for (; row + 8 <= until; row += 8) {
            if (policies.get(Layouts.LONG, row) != 0) {
                return false;
            }
        }
        for (; row < until; row++) {
            if (policies.get(Layouts.BYTE, row) != 0) {
                return false;
            }
        }
        return true;
    }

    private void checkHeld() {
        if (OffHeap.DEEP_CHECKS && !isHeld()) {
            throw new BrokenInvariant("buffered operations were read after they were freed");
        }
    }

    @Override
    void free() {
        accounts.free(MemoryOwner.PQM, memory);
    }
}
