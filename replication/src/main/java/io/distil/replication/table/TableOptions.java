package io.distil.replication.table;

import io.distil.base.BrokenInvariant;

/// When tables are flushed, and how much memory their buffers and their recent changes may take.
///
/// @param flushBytes a table with this many buffered bytes is flushed
/// @param flushAgeNanos a table whose oldest buffered write is this old is flushed
/// @param bufferBytesMax with this many bytes held in buffers, no more mutations should be admitted
/// @param historyBytesPerTableMax recent changes kept of one table, for those who watch it
/// @param historyBytesMax recent changes kept of all tables
/// @param blockBytesMax of leaves and inner blocks of the trees
public record TableOptions(
        long flushBytes,
        long flushAgeNanos,
        long bufferBytesMax,
        long historyBytesPerTableMax,
        long historyBytesMax,
        int blockBytesMax) {
    /// Some 250 leaves of random keys are written by a flush, each holding dozens of rows.
    private static final long FLUSH_BYTES_DEFAULT = 4 << 20;

    private static final long FLUSH_AGE_NANOS_DEFAULT = 60_000_000_000L;
    private static final long HISTORY_BYTES_PER_TABLE_DEFAULT = 4 << 20;

    /// Twice that of the catalog: scans matter more here, and a batch of a flush changes many rows of a leaf.
    private static final int BLOCK_BYTES_DEFAULT = 16 << 10;

    public static final TableOptions DEFAULT = withBudget(64 << 20);

    public TableOptions {
        BrokenInvariant.check(
                flushBytes > 0 && flushAgeNanos > 0 && bufferBytesMax > 0,
                "tables are flushed at " + flushBytes + " bytes or " + flushAgeNanos + " ns, of " + bufferBytesMax);
    }

    /// Defaults under a budget for buffers; a quarter of it comes on top for recent changes.
    public static TableOptions withBudget(long bufferBytesMax) {
        return new TableOptions(
                Math.min(FLUSH_BYTES_DEFAULT, bufferBytesMax / 4),
                FLUSH_AGE_NANOS_DEFAULT,
                bufferBytesMax,
                Math.min(HISTORY_BYTES_PER_TABLE_DEFAULT, bufferBytesMax / 16),
                bufferBytesMax / 4,
                BLOCK_BYTES_DEFAULT);
    }

    /// Above this many bytes that a flush could set free, the largest tables are flushed: half of the budget, so that what
    /// is being built has the other half.
    long bufferBytesHigh() {
        return bufferBytesMax / 2;
    }
}
