package io.distil.distillates;

import io.distil.base.StreamId;
import io.distil.base.Version;

import java.util.List;
import java.util.Optional;

/// How a distillate stands.
///
/// @param specRevision 1 when first registered, one more at each change
/// @param algorithmVersion what computed the present output
/// @param rangesWaiting ranges of output times still to be computed; 0 when the output is current
/// @param pointsWaiting about how many input points lie there: of the first {@link #COUNTED_RANGES} ranges
/// @param failureCount attempts in a row that failed; 0 after a success
/// @param lastError why the last attempt failed; empty after a success
/// @param failedAtNanos wall time of the last failure, nanoseconds since the epoch; 0 after a success
/// @param ranAtNanos wall time of the last piece of work done; 0 when there was none
public record DistillateStatus(
        DistillateSpec spec,
        long specRevision,
        int algorithmVersion,
        State state,
        List<Input> inputs,
        int rangesWaiting,
        long pointsWaiting,
        int failureCount,
        String lastError,
        long failedAtNanos,
        long ranAtNanos) {
    /// Counting the points of a range costs a look into the tree; nobody needs the lag of more ranges than this.
    public static final int COUNTED_RANGES = 256;

    public enum State {
        /// The output is that of the present inputs.
        CURRENT,
        /// Inputs have changed, or a computation is under way.
        BEHIND,
        /// The last attempt failed; it is tried again.
        FAILING
    }

    /// One input.
    ///
    /// @param ref as the specification names it
    /// @param stream empty when there is no such stream now
    /// @param seen the version that the output shows, outside the waiting ranges; empty before the first run
    /// @param present the version now; empty when there is no such stream
    public record Input(String ref, Optional<StreamId> stream, Optional<Version> seen, Optional<Version> present) {}
}
