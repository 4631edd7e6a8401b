package io.distil.replication.tablet;

import io.distil.base.NanoClock;

/// Decides when the next checkpoint is due: by growth of the log, or by age. Owned by the tablet's thread.
final class CheckpointTimer {
    private final NanoClock clock;
    private final long logBytesEvery;
    private final long ageNanosMax;
    private long takenNanos;
    private long takenPosition;
    private long takenLogBytes;
    private boolean underWay;

    CheckpointTimer(NanoClock clock, long logBytesEvery, long ageNanosMax) {
        this.clock = clock;
        this.logBytesEvery = logBytesEvery;
        this.ageNanosMax = ageNanosMax;
        this.takenNanos = clock.monotonicNanos();
    }

    /// @param position the last entry applied
    /// @param logBytes bytes ever written to the log
    boolean isDue(long position, long logBytes) {
        if (underWay || position == takenPosition) {
            return false;
        }
        return logBytes - takenLogBytes >= logBytesEvery || clock.monotonicNanos() - takenNanos >= ageNanosMax;
    }

    void began(long position, long logBytes) {
        underWay = true;
        takenPosition = position;
        takenLogBytes = logBytes;
        takenNanos = clock.monotonicNanos();
    }

    void ended() {
        underWay = false;
    }

    boolean isUnderWay() {
        return underWay;
    }
}
