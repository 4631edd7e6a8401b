package io.distil.pqm;

/// Rows `[from, until)` of columns, at least one: operations sorted by time, equal times in log order. Never changes.
///
/// @param addsOnly every policy is `never`; false says nothing
/// @param timesDiffer no two times are the same; false says nothing
record Run(RunColumns columns, int from, int until, boolean addsOnly, boolean timesDiffer) {
    int count() {
        return until - from;
    }

    long firstTime() {
        return columns.time(from);
    }

    long lastTime() {
        return columns.time(until - 1);
    }

    /// The first row whose time is at least `time`, or {@link #until}.
    int lowerBound(long time) {
        if (time > lastTime()) {
            return until;
        }
        return time <= firstTime() ? from : columns.lowerBound(from, until, time);
    }

    Run slice(int newFrom, int newUntil) {
        return new Run(columns, newFrom, newUntil, addsOnly, timesDiffer);
    }

    /// Whether rows can be appended in place: nothing lies behind this run in its columns.
    boolean isOpen() {
        return until == columns.used();
    }
}
