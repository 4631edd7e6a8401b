package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// A queue of a {@link SimulatedDisk}: operations take effect when they complete, in random order, and a poll may find
/// nothing.
final class SimulatedQueue implements DiskQueue {
    private enum Kind {
        WRITE,
        READ,
        SYNC
    }

    /// @param bytes a copy of what is to be written
    /// @param sequence what had completed when a sync was submitted
    private record Operation(
            Kind kind,
            SimulatedFile file,
            long position,
            MemorySegment memory,
            int length,
            byte[] bytes,
            boolean durable,
            long sequence,
            long token) {}

    private final SimulatedDisk disk;
    private final int depth;
    private final SplittableRandom random;

    /// For queues that only read: how often that happens depends on what a cache still holds, which no seed decides, and must
    /// not shift what happens to writes.
    private final SplittableRandom readRandom;

    private final List<Operation> operations = new ArrayList<>();
    private boolean delivering;
    private boolean closed;

    SimulatedQueue(SimulatedDisk disk, int depth, SplittableRandom random, SplittableRandom readRandom) {
        BrokenInvariant.check(depth >= 1, "a queue of depth " + depth + ", wanted at least 1");
        this.disk = disk;
        this.depth = depth;
        this.random = random;
        this.readRandom = readRandom;
    }

    @Override
    public void write(DiskFile file, long position, MemorySegment memory, long bytes, boolean durable, long token) {
        Operations.checkTransfer(file, position, memory, bytes);
        SimulatedFile target = (SimulatedFile) file;
        BrokenInvariant.check(
                !durable || position + bytes <= target.contents().size(),
                "a durable write of " + bytes + " bytes at " + position + " would change the size of " + file.name());
        byte[] copy = memory.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
        submit(new Operation(Kind.WRITE, target, position, memory, copy.length, copy, durable, 0, token));
    }

    @Override
    public void read(DiskFile file, long position, MemorySegment memory, long bytes, long token) {
        Operations.checkTransfer(file, position, memory, bytes);
        int length = Math.toIntExact(bytes);
        submit(new Operation(Kind.READ, (SimulatedFile) file, position, memory, length, null, false, 0, token));
    }

    @Override
    public void sync(DiskFile file, long token) {
        submit(
                new Operation(
                        Kind.SYNC, (SimulatedFile) file, 0, null, 0, null, false, disk.completionSequence(), token));
    }

    private void submit(Operation operation) {
        BrokenInvariant.check(!closed, "the queue is closed");
        Operations.checkRoom(operations.size(), depth);
        operation.file().use();
        operations.add(operation);
    }

    @Override
    public int inFlight() {
        return operations.size();
    }

    @Override
    public int poll(Completion completion) {
        return deliver(completion, dice().nextInt(operations.size() + 1));
    }

    @Override
    public int await(Completion completion) {
        int inFlight = operations.size();
        return inFlight == 0 ? 0 : deliver(completion, 1 + dice().nextInt(inFlight));
    }

    private SplittableRandom dice() {
        boolean onlyReads = !operations.isEmpty() && operations.stream().allMatch(o -> o.kind() == Kind.READ);
        return onlyReads ? readRandom : random;
    }

    private int deliver(Completion completion, int count) {
        BrokenInvariant.check(!delivering, "a completion polled its own queue");
        delivering = true;
        try {
            for (int i = 0; i < count; i++) {
                // Still in the list while it takes effect: should the power go in it, then it is in flight.
                Operation operation = operations.get(dice().nextInt(operations.size()));
                DiskFailed failure = null;
                try {
                    perform(operation);
                } catch (DiskFailed e) {
                    failure = e;
                }
                operations.remove(operation);
                operation.file().release();
                completion.completed(operation.token(), failure);
            }
            return count;
        } finally {
            delivering = false;
        }
    }

    private void perform(Operation operation) throws DiskFailed {
        disk.requirePower(operation.kind() + " in " + operation.file().name());
        switch (operation.kind()) {
            case READ -> performRead(operation);
            case WRITE -> performWrite(operation);
            case SYNC -> performSync(operation);
        }
    }

    private static void performRead(Operation operation) throws DiskFailed {
        SimulatedContents contents = operation.file().contents();
        if (operation.position() + operation.length() > contents.size()) {
            throw new DiskFailed(
                    "read of "
                            + operation.length()
                            + " bytes at "
                            + operation.position()
                            + " in "
                            + operation.file().name()
                            + " failed: the file ends at "
                            + contents.size());
        }
        byte[] bytes = contents.read((int) operation.position(), operation.length());
        MemorySegment.copy(bytes, 0, operation.memory(), ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    private void performWrite(Operation operation) throws DiskFailed {
        disk.countOperation();
        SimulatedFile file = operation.file();
        int position = Math.toIntExact(operation.position());
        byte[] now = operation.memory().asSlice(0, operation.length()).toArray(ValueLayout.JAVA_BYTE);
        BrokenInvariant.check(
                Arrays.equals(now, operation.bytes()),
                "memory of a write at " + position + " in " + file.name() + " was changed while it was in flight");
        String what = "write of " + operation.length() + " bytes at " + position + " in " + file.name();
        if (!file.isWritable()) {
            throw new DiskFailed(what + " failed: EBADF, it is open for reading");
        }
        if (!disk.hasRoomFor((long) position + operation.length() - file.contents().size())) {
            throw new DiskFailed(what + " failed: ENOSPC, as simulated", true, null);
        }
        long sequence = disk.nextCompletionSequence();
        if (disk.isNextWriteToFail()) {
            file.contents().writePartly(position, operation.bytes(), sequence, random);
            throw new DiskFailed(what + " failed: EIO, as simulated");
        }
        file.contents().write(position, operation.bytes(), operation.durable(), sequence);
    }

    private void performSync(Operation operation) throws DiskFailed {
        disk.countOperation();
        SimulatedContents contents = operation.file().contents();
        if (disk.isNextSyncToFail()) {
            contents.syncFailed(operation.sequence());
            throw new DiskFailed("sync of " + operation.file().name() + " failed: EIO, as simulated");
        }
        contents.sync(operation.sequence());
    }

    /// The power goes: writes in flight may survive in any part.
    void losePower() {
        for (Operation operation : operations) {
            if (operation.kind() == Kind.WRITE && operation.file().isWritable()) {
                operation.file().contents().writeLost((int) operation.position(), operation.bytes());
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        deliver((token, failure) -> {}, operations.size());
        disk.forget(this);
    }
}
