package io.distil.base.api;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

/// Names one mutation of one client, so that a repetition after a lost connection is recognised and not applied again.
///
/// A client numbers its mutations 1, 2, 3, … and never has more than {@link #IN_FLIGHT_MAX} unanswered. The store remembers
/// the outcomes of the last {@link #IN_FLIGHT_MAX} numbers of each client, across restarts.
///
/// @param clientHigh upper half of the client's 128-bit random identity; with `clientLow` zero, not tagged
/// @param sequence from 1; 0 when not tagged
public record WriteTag(long clientHigh, long clientLow, long sequence) {
    public static final WriteTag NONE = new WriteTag(0, 0, 0);
    public static final int IN_FLIGHT_MAX = 256;

    public WriteTag {
        if (sequence < 0) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "a client numbers its mutations from 1, not " + sequence);
        }
    }

    public boolean isTagged() {
        return sequence != 0;
    }
}
