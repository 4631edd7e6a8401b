package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

/// Which state a read may show.
public sealed interface Consistency {
    /// Everything acknowledged before the read began, by any client; from the leader's lease or by a read index. The default.
    record Linearizable() implements Consistency {}

    /// What the node that believes to be the leader has applied: no round trip, but for a moment after a leader change it may
    /// be the past.
    record Leader() implements Consistency {}

    /// What any replica has applied, if it heard from the leader within the bound; else `TOO_STALE`.
    ///
    /// @param staleMillisMax at least 1
    record BoundedStale(long staleMillisMax) implements Consistency {
        public BoundedStale {
            if (staleMillisMax < 1) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT, "staleness of at most " + staleMillisMax + " ms; wanted 1 or more");
            }
        }
    }

    Consistency LINEARIZABLE = new Linearizable();
    Consistency LEADER = new Leader();
}
