package io.distil.pqm;

/// Appends the ranges one mutation touched to the rows of the commit in the making: in place if there is room, otherwise to
/// larger rows that this draft holds until the next view does. Owner thread only; close it.
final class ChangeDraft implements AutoCloseable {
    private static final int FIRST_ROWS = 8;

    private final BufferMemory memory;
    private final long minor;
    private boolean ownsRows;

    /// The rows so far; null until the first of a commit.
    ChangeRows rows;

    ChangeDraft(BufferMemory memory, View before) {
        this.memory = memory;
        this.minor = before.version.minor() + 1;
        this.rows = before.recent;
    }

    void add(long from, long until) {
        ensureRoom(1);
        rows.append(minor, from, until);
    }

    void addAll(BatchRanges ranges, Run batch) {
        ranges.of(batch);
        ensureRoom(ranges.count());
        for (int i = 0; i < ranges.count(); i++) {
            rows.append(minor, ranges.from(i), ranges.until(i));
        }
    }

    private void ensureRoom(int count) {
        if (rows == null) {
            rows = new ChangeRows(memory, Math.max(FIRST_ROWS, count));
            ownsRows = true;
        } else if (!rows.fits(count)) {
            ChangeRows grown = rows.grown(count);
            if (ownsRows) {
                rows.release();
            }
            rows = grown;
            ownsRows = true;
        }
    }

    @Override
    public void close() {
        if (ownsRows) {
            rows.release();
        }
    }
}
