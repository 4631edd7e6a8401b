package io.distil.distillates;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;

import java.util.List;

/// How far a distillate has come. What is always true of it:
///
/// > Outside `pending`, every output equals what `algorithmVersion` computes from the inputs at the versions in `seen`.
///
/// A run therefore starts by taking snapshots of the inputs and adding what changed since `seen` to `pending`; each
/// step of it takes a piece off `pending` in the same log entry that replaces the output there. Killed anywhere, the
/// next run starts from the last such step; whether the snapshots of the killed run can still be had does not matter.
///
/// @param specRevision the revision of the specification record that it belongs to
/// @param algorithmVersion what computed the output
/// @param seen one for each input in the order of the specification; empty before the first run
/// @param outputs the streams written, in the order of the specification; empty before the first run
/// @param pending ascending, disjoint ranges of output times
/// @param ranAtNanos wall time of the last change, nanoseconds since the epoch; 0 before the first run
record Cursor(
        long specRevision,
        int algorithmVersion,
        List<Seen> seen,
        List<StreamId> outputs,
        List<TimeRange> pending,
        long ranAtNanos,
        Failure failure) {
    /// An input and the version of it that the output shows.
    record Seen(StreamId stream, Version version) {}

    /// Why the last attempt came to nothing.
    ///
    /// @param count attempts in a row that failed; 0 after a success
    /// @param atNanos wall time of the last of them
    record Failure(String error, int count, long atNanos) {
        static final Failure NONE = new Failure("", 0, 0);
    }

    Cursor {
        seen = List.copyOf(seen);
        outputs = List.copyOf(outputs);
        pending = List.copyOf(pending);
    }

    /// Nothing computed yet: all output times are pending.
    static Cursor start(long specRevision, int algorithmVersion) {
        return new Cursor(
                specRevision, algorithmVersion, List.of(), List.of(), List.of(TimeRange.ALL), 0, Failure.NONE);
    }

    Cursor failed(String error, long atNanos) {
        return new Cursor(
                specRevision,
                algorithmVersion,
                seen,
                outputs,
                pending,
                ranAtNanos,
                new Failure(error, failure.count() + 1, atNanos));
    }
}
