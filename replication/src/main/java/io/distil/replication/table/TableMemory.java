package io.distil.replication.table;

import java.util.concurrent.atomic.AtomicLong;

/// Counts what tables hold in memory: rows in layers (active, frozen, or held by readers of older views) and recent changes.
/// On the heap, because the rows' arrays come from the decoder and go to readers as they are; counted like off-heap memory
/// all the same: with an owner, against a budget, zero at a test's end. Safe for use by many threads: the last reader of a
/// view subtracts.
final class TableMemory {
    /// A key's entry in a skip list with its share of the index, and the array's header, on a 64-bit JVM.
    static final long KEY_BYTES = 96;

    /// A {@link TableLayer.Cell} and the header of its value's array.
    static final long CELL_BYTES = 48;

    /// An entry of the history, for each change: the change, its `Optional`, its share of the list and the map.
    static final long CHANGE_BYTES = 96;

    private final AtomicLong layerBytes = new AtomicLong();
    private final AtomicLong bufferedBytes = new AtomicLong();
    private final AtomicLong historyBytes = new AtomicLong();

    void addLayerBytes(long bytes) {
        layerBytes.addAndGet(bytes);
    }

    void addBufferedBytes(long bytes) {
        bufferedBytes.addAndGet(bytes);
    }

    void addHistoryBytes(long bytes) {
        historyBytes.addAndGet(bytes);
    }

    /// Of layers that no tree holds yet: active and frozen ones. A flush sets them free.
    long bufferedBytes() {
        return bufferedBytes.get();
    }

    /// Of layers that are in memory for the sake of readers alone. Writers do not wait for these: a reader may itself be a
    /// writer, and then nobody would ever go on.
    long readersBytes() {
        return layerBytes.get() - bufferedBytes.get();
    }

    long historyBytes() {
        return historyBytes.get();
    }
}
