package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;

/// A queue over one {@link Ring}.
///
/// Each operation in flight has a slot; the completion carries the slot's number and its generation, so that a
/// completion which should not exist is noticed rather than taken for another's. A slot lives through as many
/// submissions as its operation needs:
///
/// ```
/// free ──write/read/sync──▶ queued ──enter──▶ in the kernel ──whole, or failed──▶ completed(token, …) ──▶ free
///                             ▲                     │
///                             └── short, EINTR, EAGAIN
/// ```
///
/// All state of a slot lies in arrays made once: an operation allocates nothing.
final class UringQueue implements DiskQueue {
    /// The most one submission moves. The kernel's own bound is a page less than 2 GiB.
    static final int TRANSFER_BYTES_MAX = 1 << 30;

    /// Submissions of one operation that may move nothing before it counts as failed.
    private static final int FRUITLESS_ATTEMPTS_MAX = 16;

    private static final int PAGE_MASK = OffHeap.PAGE_BYTES - 1;

    private final Ring ring;
    private final int depth;
    private final int transferBytesMax;

    private final int[] freeSlots;
    private int freeCount;
    private final int[] operations;
    private final int[] operationFlags;
    private final int[] bufferIndexes;
    private final int[] generations;
    private final int[] fruitlessAttempts;
    private final int[] descriptors;
    private final UringFile[] files;
    private final long[] positions;
    private final long[] addresses;
    private final long[] bytesLeft;
    private final long[] tokens;

    private final long[] registeredAddresses = new long[Uring.BUFFERS_MAX];
    private final long[] registeredBytes = new long[Uring.BUFFERS_MAX];
    private int registeredCount;
    private boolean registrationRefused;

    private boolean enabled;
    private boolean delivering;
    private boolean closed;

    /// @param ring with an entry for each operation; closed with the queue
    UringQueue(Ring ring, int depth, int transferBytesMax) {
        this.ring = ring;
        this.depth = depth;
        this.transferBytesMax = transferBytesMax;
        freeSlots = new int[depth];
        for (int slot = 0; slot < depth; slot++) {
            freeSlots[slot] = slot;
        }
        freeCount = depth;
        operations = new int[depth];
        operationFlags = new int[depth];
        bufferIndexes = new int[depth];
        generations = new int[depth];
        fruitlessAttempts = new int[depth];
        descriptors = new int[depth];
        files = new UringFile[depth];
        positions = new long[depth];
        addresses = new long[depth];
        bytesLeft = new long[depth];
        tokens = new long[depth];
    }

    @Override
    public void register(MemorySegment memory) {
        BrokenInvariant.check(!enabled, "memory is registered after the first operation");
        if (registrationRefused) {
            return;
        }
        int index = ring.registerBuffer(memory);
        if (index < 0) {
            registrationRefused = true;
            return;
        }
        registeredAddresses[index] = memory.address();
        registeredBytes[index] = memory.byteSize();
        registeredCount = index + 1;
    }

    /// True if a registration was refused (as RLIMIT_MEMLOCK does) and plain operations stand in.
    boolean isRegistrationRefused() {
        return registrationRefused;
    }

    @Override
    public void write(DiskFile file, long position, MemorySegment memory, long bytes, boolean durable, long token) {
        Operations.checkTransfer(file, position, memory, bytes);
        int buffer = bufferIndex(memory.address(), bytes);
        int operation = buffer < 0 ? Uring.OPERATION_WRITE : Uring.OPERATION_WRITE_FIXED;
        int flags = durable ? Uring.RWF_DSYNC : 0;
        begin((UringFile) file, operation, flags, buffer, position, memory.address(), bytes, token);
    }

    @Override
    public void read(DiskFile file, long position, MemorySegment memory, long bytes, long token) {
        Operations.checkTransfer(file, position, memory, bytes);
        int buffer = bufferIndex(memory.address(), bytes);
        int operation = buffer < 0 ? Uring.OPERATION_READ : Uring.OPERATION_READ_FIXED;
        begin((UringFile) file, operation, 0, buffer, position, memory.address(), bytes, token);
    }

    @Override
    public void sync(DiskFile file, long token) {
        begin((UringFile) file, Uring.OPERATION_FSYNC, Uring.FSYNC_DATASYNC, -1, 0, 0, 0, token);
    }

    /// The registered buffer that holds all of `[address, address + bytes)`, or -1. There are a handful of them.
    private int bufferIndex(long address, long bytes) {
        for (int i = 0; i < registeredCount; i++) {
            long offset = address - registeredAddresses[i];
            if (offset >= 0 && offset + bytes <= registeredBytes[i]) {
                return i;
            }
        }
        return -1;
    }

    private void begin(
            UringFile file, int operation, int flags, int buffer, long position, long address, long bytes, long token) {
        BrokenInvariant.check(!closed, "the queue is closed");
        Operations.checkRoom(depth - freeCount, depth);
        int descriptor = file.use();
        int slot = freeSlots[--freeCount];
        operations[slot] = operation;
        operationFlags[slot] = flags;
        bufferIndexes[slot] = Math.max(buffer, 0);
        fruitlessAttempts[slot] = 0;
        descriptors[slot] = descriptor;
        files[slot] = file;
        positions[slot] = position;
        addresses[slot] = address;
        bytesLeft[slot] = bytes;
        tokens[slot] = token;
        submit(slot);
    }

    /// Queues what is left of a slot's operation. The ring has an entry for each slot, and each slot has at most one
    /// queued.
    private void submit(int slot) {
        ring.prepare(
                operations[slot],
                descriptors[slot],
                positions[slot],
                addresses[slot],
                (int) Math.min(bytesLeft[slot], transferBytesMax),
                operationFlags[slot],
                (long) generations[slot] << Integer.SIZE | slot,
                bufferIndexes[slot]);
    }

    @Override
    public int inFlight() {
        return depth - freeCount;
    }

    @Override
    public int poll(Completion completion) throws DiskFailed {
        if (inFlight() == 0) {
            return 0;
        }
        enter(0);
        return reap(completion);
    }

    @Override
    public int await(Completion completion) throws DiskFailed {
        int deliveredCount = reap(completion);
        if (deliveredCount > 0) {
            if (ring.queuedCount() > 0) {
                enter(0);
                deliveredCount += reap(completion);
            }
            return deliveredCount;
        }
        while (deliveredCount == 0 && inFlight() > 0) {
            enter(1);
            deliveredCount = reap(completion);
        }
        return deliveredCount;
    }

    private void enter(int minComplete) throws DiskFailed {
        BrokenInvariant.check(!delivering, "a completion polled its own queue");
        if (!enabled) {
            ring.enable();
            enabled = true;
        }
        while (true) {
            int result = ring.enter(minComplete);
            if (result >= 0) {
                return;
            }
            switch (-result) {
                case Linux.EINTR -> {}
                case Linux.EAGAIN, Linux.EBUSY -> {
                    // Out of memory for requests, or completions to be fetched first: both pass.
                    if (ring.hasCompletion()) {
                        return;
                    }
                    Thread.yield();
                }
                default -> throw new DiskFailed("io_uring_enter failed: " + Linux.name(-result));
            }
        }
    }

    private int reap(Completion completion) {
        delivering = true;
        int deliveredCount = 0;
        try {
            while (ring.hasCompletion()) {
                long userData = ring.completionUserData();
                int result = ring.completionResult();
                ring.consumeCompletion();
                int slot = (int) userData;
                if (slot < 0 || slot >= depth || generations[slot] != (int) (userData >>> Integer.SIZE)) {
                    throw new BrokenInvariant(
                            "completion " + Long.toHexString(userData) + "h is of no operation in flight");
                }
                if (isFinished(slot, result)) {
                    deliveredCount++;
                    deliver(slot, result, completion);
                } else {
                    submit(slot);
                }
            }
            return deliveredCount;
        } finally {
            delivering = false;
        }
    }

    /// Takes in the result of one submission; false if the slot's operation has to go on.
    private boolean isFinished(int slot, int result) {
        if (operations[slot] == Uring.OPERATION_FSYNC) {
            return true;
        }
        if (result < 0) {
            boolean passes = result == -Linux.EINTR || result == -Linux.EAGAIN;
            return !passes || ++fruitlessAttempts[slot] > FRUITLESS_ATTEMPTS_MAX;
        }
        // Only whole pages count, for the next submission must begin at one; the part of a page is moved again. At the
        // end
        // of a file that is no use, and the attempts run out.
        int moved = result == bytesLeft[slot] ? result : result & ~PAGE_MASK;
        if (moved == 0) {
            fruitlessAttempts[slot]++;
        } else {
            fruitlessAttempts[slot] = 0;
            positions[slot] += moved;
            addresses[slot] += moved;
            bytesLeft[slot] -= moved;
        }
        return bytesLeft[slot] == 0 || result == 0 || fruitlessAttempts[slot] > FRUITLESS_ATTEMPTS_MAX;
    }

    private void deliver(int slot, int result, Completion completion) {
        DiskFailed failure = result < 0 || bytesLeft[slot] > 0 ? failure(slot, result) : null;
        long token = tokens[slot];
        files[slot].release();
        files[slot] = null;
        generations[slot]++;
        freeSlots[freeCount++] = slot;
        completion.completed(token, failure);
    }

    private boolean isRead(int slot) {
        return operations[slot] == Uring.OPERATION_READ || operations[slot] == Uring.OPERATION_READ_FIXED;
    }

    private DiskFailed failure(int slot, int result) {
        String name = files[slot].name();
        String reason =
                result < 0
                        ? Linux.name(-result)
                        : isRead(slot) ? "the file ends before it" : "the kernel wrote nothing";
        if (operations[slot] == Uring.OPERATION_FSYNC) {
            return new DiskFailed("sync of " + name + " failed: " + reason, Linux.isFull(-result), null);
        }
        String what =
                (isRead(slot) ? "read" : "write")
                        + " of the last "
                        + bytesLeft[slot]
                        + " bytes, at "
                        + positions[slot]
                        + " in "
                        + name;
        return new DiskFailed(what + " failed: " + reason, Linux.isFull(-result), null);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            while (inFlight() > 0) {
                await((token, failure) -> {});
            }
        } catch (DiskFailed e) {
            // The kernel still holds memory of ours. Better a ring left open than bytes written from someone else's.
            throw new BrokenInvariant("a queue could not be emptied before closing", e);
        }
        ring.close();
    }
}
