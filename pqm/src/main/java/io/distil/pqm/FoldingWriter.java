package io.distil.pqm;

import io.distil.base.api.MergePolicy;

/// Appends operations in order, leaving out those that cannot matter whatever lies below the layer:
///
/// - what came before a `replace` at its time;
/// - a `retain` after any other operation at its time: every operation leaves at least one point;
/// - an `equal` after an operation that surely left the same value (anything but `retain`).
///
/// So a value replaced a thousand times costs one row after the next merge. Owner thread only.
final class FoldingWriter {
    private static final byte EQUAL = (byte) MergePolicy.EQUAL.number();
    private static final byte RETAIN = (byte) MergePolicy.RETAIN.number();
    private static final byte REPLACE = (byte) MergePolicy.REPLACE.number();

    /// How many rows of the same time an `equal` is compared with. More would make thousands of duplicates at one time
    /// quadratic; a row left standing costs memory, never correctness.
    private static final int EQUAL_ROWS_COMPARED = 8;

    private final RunColumns columns;
    private final int begin;
    private int groupBegin;
    private boolean timesDiffer = true;

    FoldingWriter(RunColumns columns) {
        this.columns = columns;
        this.begin = columns.used();
        this.groupBegin = begin;
    }

    void add(long time, long valueBits, byte policy) {
        int used = columns.used();
        if (used == begin || columns.time(used - 1) != time) {
            groupBegin = used;
        } else if (policy == REPLACE) {
            columns.truncate(groupBegin);
        } else if (policy == RETAIN || policy == EQUAL && surelyPresent(valueBits)) {
            return;
        } else {
            timesDiffer = false;
        }
        columns.append(time, valueBits, policy);
    }

    /// Adds rows that are all later than what was added so far, and earlier than what comes next.
    void addAll(Run run, int from, int until) {
        if (run.timesDiffer()) {
            columns.append(run.columns(), from, until);
            return;
        }
        for (int row = from; row < until; row++) {
            add(run.columns().time(row), run.columns().valueBits(row), run.columns().policy(row));
        }
    }

    private boolean surelyPresent(long valueBits) {
        int from = Math.max(groupBegin, columns.used() - EQUAL_ROWS_COMPARED);
        for (int row = columns.used() - 1; row >= from; row--) {
            if (columns.valueBits(row) == valueBits && columns.policy(row) != RETAIN) {
                return true;
            }
        }
        return false;
    }

    /// What was written. A fold keeps one of two operations, so it is never empty.
    Run finish(boolean addsOnly) {
        return new Run(columns, begin, columns.used(), addsOnly, timesDiffer);
    }
}
