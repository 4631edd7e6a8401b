package io.distil.replication.table;

import io.distil.base.BrokenInvariant;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The rows of one commit in memory, every state of each row that a reader may still want: what makes major version
/// `major + 1` out of `major`.
///
/// The owner thread puts; any thread reads, and passes by what is newer than its own minor version. So a snapshot costs
/// nothing and copies nothing. Once frozen, nothing is put any more.
final class TableLayer {
    /// A row as the mutation that made this version of the table left it.
    ///
    /// @param value null if it removed the row
    /// @param older what the row was before, in the same layer, or null
    record Cell(Version version, byte[] value, Cell older) {
        boolean isGone() {
            return value == null;
        }
    }

    private final long major;
    private final TableMemory memory;
    private final ConcurrentNavigableMap<byte[], Cell> cells = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

    /// Views that hold it.
    private final AtomicInteger holds = new AtomicInteger();

    /// Written by the owner thread.
    private volatile long bytes;

    TableLayer(long major, TableMemory memory) {
        this.major = major;
        this.memory = memory;
    }

    /// The major version on which it lies; its cells have versions `(major, 1)` and later.
    long major() {
        return major;
    }

    long bytes() {
        return bytes;
    }

    /// Owner thread: the row has this value from `version` on, or is gone if it is null.
    void put(byte[] key, Version version, byte[] value) {
        Cell older = cells.get(key);
        cells.put(key, new Cell(version, value, older));
        long added = TableMemory.CELL_BYTES + (value == null ? 0 : value.length);
        if (older == null) {
            added += TableMemory.KEY_BYTES + key.length;
        }
        long sum = bytes + added;
        bytes = sum;
        memory.addLayerBytes(added);
        memory.addBufferedBytes(added);
    }

    /// Owner thread: what it holds is in a tree now, or wanted no more. Called once.
    void unbuffer() {
        memory.addBufferedBytes(-bytes);
    }

    /// The row as of minor version `minorMax`, or null if this layer says nothing about it.
    Cell cell(byte[] key, long minorMax) {
        return visible(cells.get(key), minorMax);
    }

    /// The newest of these states that is not newer than `minorMax`, or null.
    static Cell visible(Cell newest, long minorMax) {
        Cell cell = newest;
        while (cell != null && cell.version().minor() > minorMax) {
            cell = cell.older();
        }
        return cell;
    }

    /// The rows of a range with their newest states, ascending or descending. Rows put meanwhile may come or not.
    Iterator<Map.Entry<byte[], Cell>> iterator(KeyRange range, boolean backward) {
        ConcurrentNavigableMap<byte[], Cell> part =
                range.until() == null
                        ? cells.tailMap(range.from(), true)
                        : cells.subMap(range.from(), true, range.until(), false);
        return (backward ? part.descendingMap() : part).entrySet().iterator();
    }

    void hold() {
        holds.incrementAndGet();
    }

    void release() {
        int left = holds.decrementAndGet();
        BrokenInvariant.check(left >= 0, "a layer over major " + major + " was let go more often than it was held");
        if (left == 0) {
            memory.addLayerBytes(-bytes);
        }
    }
}
