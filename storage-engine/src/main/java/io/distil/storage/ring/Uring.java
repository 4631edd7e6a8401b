package io.distil.storage.ring;

import io.distil.base.DiskFailed;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// One io_uring: its two rings in memory shared with the kernel, and the only code that knows their bytes.
///
/// ```
/// submission entry (64 bytes)          completion entry (16 bytes)
///  0 u8  operation                      0 u64 user data, as submitted
///  1 u8  flags            (0)           8 s32 result: bytes moved, or -errno
///  2 u16 priority         (0)          12 u32 flags (not used)
///  4 s32 file descriptor
///  8 u64 position in the file
/// 16 u64 address of the memory
/// 24 u32 bytes
/// 28 u32 flags of the operation: RWF_DSYNC, or datasync for a sync
/// 32 u64 user data
/// 40 u16 index of the registered buffer
/// 42     zeros
/// ```
///
/// The kernel says in the set-up's answer where in the shared memory the heads, tails and masks lie. The tail of the
/// submissions is ours to write and its head the kernel's; for the completions it is the other way round.
///
/// An *owned* ring is set up with SINGLE_ISSUER and DEFER_TASKRUN: the kernel then finishes operations only when the
/// owner asks, and needs no interrupt of a running thread. It comes into being disabled, so that another thread may
/// create it; the first thread to {@link #enable} it is its owner. A *shared* ring does without both. SQPOLL is left
/// out: its kernel thread would take one of few cores.
final class Uring implements Ring {
    static final int OPERATION_FSYNC = 3;
    static final int OPERATION_READ_FIXED = 4;
    static final int OPERATION_WRITE_FIXED = 5;
    static final int OPERATION_READ = 22;
    static final int OPERATION_WRITE = 23;

    static final int FSYNC_DATASYNC = 1;
    static final int RWF_DSYNC = 2;

    private static final int SETUP_R_DISABLED = 1 << 6;
    private static final int SETUP_SUBMIT_ALL = 1 << 7;
    private static final int SETUP_COOP_TASKRUN = 1 << 8;
    private static final int SETUP_SINGLE_ISSUER = 1 << 12;
    private static final int SETUP_DEFER_TASKRUN = 1 << 13;
    private static final int OWNED = SETUP_SUBMIT_ALL | SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN | SETUP_R_DISABLED;
    private static final int SHARED = SETUP_SUBMIT_ALL | SETUP_COOP_TASKRUN;

    private static final int ENTER_GETEVENTS = 1;
    private static final int ENTER_REGISTERED_RING = 1 << 4;

    private static final int REGISTER_ENABLE_RINGS = 12;
    private static final int REGISTER_BUFFERS2 = 15;
    private static final int REGISTER_BUFFERS_UPDATE = 16;
    private static final int REGISTER_RING_FDS = 20;
    private static final int UNREGISTER_RING_FDS = 21;
    private static final int BUFFERS_SPARSE = 1;

    private static final long OFFSET_SUBMISSION_RING = 0;
    private static final long OFFSET_COMPLETION_RING = 0x8000000;
    private static final long OFFSET_SUBMISSION_ENTRIES = 0x10000000;
    private static final long SUBMISSION_ENTRY_BYTES = 64;
    private static final long COMPLETION_ENTRY_BYTES = 16;

    /// Registered buffers one ring can have.
    static final int BUFFERS_MAX = 64;

    /// Scratch memory: the error number at 0, the kernel's parameter structures at 64 and behind.
    private static final long SCRATCH_BYTES = 256;

    private static final long SCRATCH_STRUCTURE = 64;
    private static final long SCRATCH_VECTOR = 192;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final VarHandle SHARED_INT = INT.varHandle();

    private final MemorySegment scratch = OffHeap.allocate(MemoryOwner.DISK_BUFFERS, SCRATCH_BYTES);
    private final boolean owned;
    private int descriptor = -1;
    private int enterDescriptor;
    private int enterFlags = ENTER_GETEVENTS;
    private boolean descriptorRegistered;
    private int bufferCount;

    private MemorySegment submissionRing;
    private MemorySegment completionRing;
    private MemorySegment submissionEntries;
    private long submissionHeadOffset;
    private long submissionTailOffset;
    private int submissionMask;
    private int submissionTail;
    private long completionHeadOffset;
    private long completionTailOffset;
    private long completionEntriesOffset;
    private int completionMask;
    private int completionHead;

    /// @param entryCount the most submissions between two calls of {@link #enter}
    /// @throws DiskFailed naming the step that was refused
    Uring(int entryCount, boolean owned) throws DiskFailed {
        this.owned = owned;
        try {
            setUp(entryCount);
        } catch (DiskFailed | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void setUp(int entryCount) throws DiskFailed {
        MemorySegment params = scratch.asSlice(SCRATCH_STRUCTURE, 120);
        params.fill((byte) 0);
        params.set(INT, 8, owned ? OWNED : SHARED);
        descriptor = (int) checked("io_uring_setup", Linux.uringSetup(scratch, entryCount, params));
        enterDescriptor = descriptor;

        int submissionCount = params.get(INT, 0);
        int completionCount = params.get(INT, 4);
        long arrayOffset = params.get(INT, 64);
        completionEntriesOffset = params.get(INT, 100);
        submissionRing = map(OFFSET_SUBMISSION_RING, arrayOffset + (long) submissionCount * Integer.BYTES);
        completionRing =
                map(OFFSET_COMPLETION_RING, completionEntriesOffset + completionCount * COMPLETION_ENTRY_BYTES);
        submissionEntries = map(OFFSET_SUBMISSION_ENTRIES, submissionCount * SUBMISSION_ENTRY_BYTES);

        submissionHeadOffset = params.get(INT, 40);
        submissionTailOffset = params.get(INT, 44);
        submissionMask = submissionRing.get(INT, params.get(INT, 48));
        completionHeadOffset = params.get(INT, 80);
        completionTailOffset = params.get(INT, 84);
        completionMask = completionRing.get(INT, params.get(INT, 88));
        // The indirection array stays the identity: entry i of the ring is entry i of the table.
        for (int i = 0; i < submissionCount; i++) {
            submissionRing.set(INT, arrayOffset + (long) i * Integer.BYTES, i);
        }
    }

    private MemorySegment map(long offset, long bytes) throws DiskFailed {
        long address = checked("mmap of the ring", Linux.map(scratch, descriptor, offset, bytes));
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    @Override
    public void enable() throws DiskFailed {
        if (!owned) {
            return;
        }
        checked("IORING_REGISTER_ENABLE_RINGS", Linux.uringRegister(scratch, descriptor, REGISTER_ENABLE_RINGS, 0, 0));
        // The registered descriptor saves the kernel a counted look-up in each call. It belongs to this thread.
        MemorySegment update = ringDescriptorUpdate(-1, descriptor);
        long done = Linux.uringRegister(scratch, descriptor, REGISTER_RING_FDS, update.address(), 1);
        if (done == 1) {
            descriptorRegistered = true;
            enterDescriptor = update.get(INT, 0);
            enterFlags |= ENTER_REGISTERED_RING;
        }
    }

    private MemorySegment ringDescriptorUpdate(int index, long data) {
        MemorySegment update = scratch.asSlice(SCRATCH_STRUCTURE, 16);
        update.set(INT, 0, index);
        update.set(INT, 4, 0);
        update.set(LONG, 8, data);
        return update;
    }

    @Override
    public int registerBuffer(MemorySegment memory) {
        if (bufferCount == BUFFERS_MAX) {
            return -Linux.ENOMEM;
        }
        if (bufferCount == 0) {
            MemorySegment table = structure();
            table.set(INT, 0, BUFFERS_MAX);
            table.set(INT, 4, BUFFERS_SPARSE);
            long result =
                    Linux.uringRegister(
                            scratch, descriptor, REGISTER_BUFFERS2, table.address(), (int) table.byteSize());
            if (result < 0) {
                return (int) result;
            }
        }
        MemorySegment vector = scratch.asSlice(SCRATCH_VECTOR, 16);
        vector.set(LONG, 0, memory.address());
        vector.set(LONG, 8, memory.byteSize());
        MemorySegment update = structure();
        update.set(INT, 0, bufferCount);
        update.set(LONG, 8, vector.address());
        update.set(INT, 24, 1);
        long result =
                Linux.uringRegister(
                        scratch, descriptor, REGISTER_BUFFERS_UPDATE, update.address(), (int) update.byteSize());
        return result < 0 ? (int) result : bufferCount++;
    }

    private MemorySegment structure() {
        return scratch.asSlice(SCRATCH_STRUCTURE, 32).fill((byte) 0);
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
        long entry = (submissionTail & submissionMask) * SUBMISSION_ENTRY_BYTES;
        // The kernel reads all 64 bytes and an earlier submission left its own in them.
        submissionEntries.asSlice(entry, SUBMISSION_ENTRY_BYTES).fill((byte) 0);
        submissionEntries.set(BYTE, entry, (byte) operation);
        submissionEntries.set(INT, entry + 4, file);
        submissionEntries.set(LONG, entry + 8, position);
        submissionEntries.set(LONG, entry + 16, address);
        submissionEntries.set(INT, entry + 24, bytes);
        submissionEntries.set(INT, entry + 28, operationFlags);
        submissionEntries.set(LONG, entry + 32, userData);
        submissionEntries.set(SHORT, entry + 40, (short) bufferIndex);
        submissionTail++;
    }

    @Override
    public int queuedCount() {
        return submissionTail - (int) SHARED_INT.getAcquire(submissionRing, submissionHeadOffset);
    }

    @Override
    public int enter(int minComplete) {
        SHARED_INT.setRelease(submissionRing, submissionTailOffset, submissionTail);
        return (int) Linux.uringEnter(scratch, enterDescriptor, queuedCount(), minComplete, enterFlags);
    }

    @Override
    public boolean hasCompletion() {
        return completionHead != (int) SHARED_INT.getAcquire(completionRing, completionTailOffset);
    }

    @Override
    public long completionUserData() {
        return completionRing.get(LONG, completionOffset());
    }

    @Override
    public int completionResult() {
        return completionRing.get(INT, completionOffset() + 8);
    }

    private long completionOffset() {
        return completionEntriesOffset + (completionHead & completionMask) * COMPLETION_ENTRY_BYTES;
    }

    @Override
    public void consumeCompletion() {
        completionHead++;
        SHARED_INT.setRelease(completionRing, completionHeadOffset, completionHead);
    }

    private static long checked(String step, long result) throws DiskFailed {
        if (result < 0) {
            throw new DiskFailed(step + " refused with " + Linux.name((int) -result));
        }
        return result;
    }

    @Override
    public void close() {
        if (descriptorRegistered) {
            // Refused when another thread closes; then the kernel drops it when the owner thread ends.
            Linux.uringRegister(
                    scratch, descriptor, UNREGISTER_RING_FDS, ringDescriptorUpdate(enterDescriptor, 0).address(), 1);
        }
        for (MemorySegment mapped : new MemorySegment[] {submissionRing, completionRing, submissionEntries}) {
            if (mapped != null) {
                Linux.unmap(scratch, mapped);
            }
        }
        if (descriptor >= 0) {
            Linux.close(descriptor);
        }
        OffHeap.free(MemoryOwner.DISK_BUFFERS, scratch);
    }
}
