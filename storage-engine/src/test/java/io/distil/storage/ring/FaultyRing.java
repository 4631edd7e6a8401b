package io.distil.storage.ring;

import io.distil.base.DiskFailed;

import java.lang.foreign.MemorySegment;
import java.util.Random;

/// A ring that answers as the kernel may, and hardly ever does where a test runs: fewer bytes than asked for, not even whole
/// pages; EINTR and EAGAIN of an operation, though it was done; EINTR, EAGAIN and EBUSY of the call that hands over and waits.
/// Syncs are done as they are, unless one is told to fail.
final class FaultyRing implements Ring {
    private static final int FAULTS_PERCENT = 30;

    private final Ring ring;
    private final Random random;
    private int failure;
    private boolean interruptsAlways;
    private int faultCount;

    /// The present completion's result, drawn once; meaningless while there is none.
    private int result;

    private boolean isDrawn;

    FaultyRing(Ring ring, Random random) {
        this.ring = ring;
        this.random = random;
    }

    /// Gives the next completion, whatever it is of, this error; 0 for none.
    void fail(int errno) {
        failure = errno;
    }

    /// From now on every operation is interrupted.
    void interruptAlways() {
        interruptsAlways = true;
    }

    int faultCount() {
        return faultCount;
    }

    private boolean isFaulty() {
        boolean faulty = random.nextInt(100) < FAULTS_PERCENT;
        faultCount += faulty ? 1 : 0;
        return faulty;
    }

    @Override
    public void enable() throws DiskFailed {
        ring.enable();
    }

    @Override
    public int registerBuffer(MemorySegment memory) {
        return ring.registerBuffer(memory);
    }

    @Override
    public void prepare(
            int operation,
            int file,
            long position,
            long address,
            int bytes,
            int operationFlags,
            long userData,
            int bufferIndex) {
        int pages = bytes / DiskContract.PAGE;
        int asked = pages > 1 && isFaulty() ? (1 + random.nextInt(pages - 1)) * DiskContract.PAGE : bytes;
        ring.prepare(operation, file, position, address, asked, operationFlags, userData, bufferIndex);
    }

    @Override
    public int queuedCount() {
        return ring.queuedCount();
    }

    @Override
    public int enter(int minComplete) {
        if (isFaulty()) {
            return -new int[] {Linux.EINTR, Linux.EAGAIN, Linux.EBUSY}[random.nextInt(3)];
        }
        return ring.enter(minComplete);
    }

    @Override
    public boolean hasCompletion() {
        return ring.hasCompletion();
    }

    @Override
    public long completionUserData() {
        return ring.completionUserData();
    }

    @Override
    public int completionResult() {
        if (!isDrawn) {
            isDrawn = true;
            result = draw(ring.completionResult());
        }
        return result;
    }

    private int draw(int moved) {
        if (failure != 0) {
            int errno = failure;
            failure = 0;
            return -errno;
        }
        if (interruptsAlways) {
            return -Linux.EINTR;
        }
        // A sync moves nothing.
        if (moved <= 0 || !isFaulty()) {
            return moved;
        }
        return switch (random.nextInt(3)) {
            case 0 -> -Linux.EINTR;
            case 1 -> -Linux.EAGAIN;
            default -> 1 + random.nextInt(moved);
        };
    }

    @Override
    public void consumeCompletion() {
        isDrawn = false;
        ring.consumeCompletion();
    }

    @Override
    public void close() {
        ring.close();
    }
}
