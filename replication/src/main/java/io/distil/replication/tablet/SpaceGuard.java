package io.distil.replication.tablet;

import io.distil.base.DiskFailed;
import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.storage.ring.Disk;

import java.io.IOException;

/// Refuses mutations while the disk is nearly full, so that what was taken can always be flushed and checkpointed. Looks
/// again by itself; when space returns, mutations are taken again. Owned by the tablet's thread.
final class SpaceGuard {
    private static final long LOOK_EVERY_NANOS = 250_000_000;

    private final Disk disk;
    private final NanoClock clock;
    private final long reserveBytes;
    private long freeBytes = Long.MAX_VALUE;
    private long lookedAtNanos;
    private boolean looked;

    /// @param reserveBytes kept free for flushes and checkpoints
    SpaceGuard(Disk disk, NanoClock clock, long reserveBytes) {
        this.disk = disk;
        this.clock = clock;
        this.reserveBytes = reserveBytes;
    }

    /// @throws Refused `DISK_FULL`
    void check() throws IOException {
        long now = clock.monotonicNanos();
        if (!looked || now - lookedAtNanos > LOOK_EVERY_NANOS) {
            freeBytes = disk.freeBytes();
            lookedAtNanos = now;
            looked = true;
        }
        if (freeBytes < reserveBytes) {
            throw new Refused(
                    ErrorCode.DISK_FULL,
                    "the disk has "
                            + (freeBytes >> 20)
                            + " MiB left; writes are refused below "
                            + (reserveBytes >> 20)
                            + " MiB and taken again when space returns");
        }
    }

    /// Says that the disk itself reported to be full.
    void exhausted() {
        freeBytes = 0;
        looked = true;
        lookedAtNanos = clock.monotonicNanos();
    }

    static Refused refusal(DiskFailed full) {
        return new Refused(ErrorCode.DISK_FULL, "no space left on the disk: " + full.getMessage(), full);
    }
}
