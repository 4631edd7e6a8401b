package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A queue whose operations are finished when they are submitted. Its completions lie in a circle of the queue's depth
/// until they are fetched.
final class FileChannelQueue implements DiskQueue {
    private final long[] tokens;
    private final DiskFailed[] failures;
    private int firstIndex;
    private int waitingCount;
    private boolean delivering;

    FileChannelQueue(int depth) {
        tokens = new long[depth];
        failures = new DiskFailed[depth];
    }

    @Override
    public void write(DiskFile file, long position, MemorySegment memory, long bytes, boolean durable, long token) {
        Operations.checkTransfer(file, position, memory, bytes);
        Operations.checkRoom(waitingCount, tokens.length);
        DiskFailed failure = null;
        try {
            ((FileChannelFile) file).write(position, memory, bytes, durable);
        } catch (IOException e) {
            failure = Operations.asFailure(e);
        }
        finished(token, failure);
    }

    @Override
    public void read(DiskFile file, long position, MemorySegment memory, long bytes, long token) {
        Operations.checkTransfer(file, position, memory, bytes);
        Operations.checkRoom(waitingCount, tokens.length);
        DiskFailed failure = null;
        try {
            ((FileChannelFile) file).read(position, memory, bytes);
        } catch (IOException e) {
            failure = Operations.asFailure(e);
        }
        finished(token, failure);
    }

    @Override
    public void sync(DiskFile file, long token) {
        Operations.checkRoom(waitingCount, tokens.length);
        DiskFailed failure = null;
        try {
            ((FileChannelFile) file).sync();
        } catch (IOException e) {
            failure = Operations.asFailure(e);
        }
        finished(token, failure);
    }

    private void finished(long token, DiskFailed failure) {
        int index = (firstIndex + waitingCount) % tokens.length;
        tokens[index] = token;
        failures[index] = failure;
        waitingCount++;
    }

    @Override
    public int inFlight() {
        return waitingCount;
    }

    @Override
    public int poll(Completion completion) {
        BrokenInvariant.check(!delivering, "a completion polled its own queue");
        delivering = true;
        try {
            // What completions submit meanwhile is left for the next call, as on the other path.
            int deliveredCount = waitingCount;
            for (int i = 0; i < deliveredCount; i++) {
                long token = tokens[firstIndex];
                DiskFailed failure = failures[firstIndex];
                failures[firstIndex] = null;
                firstIndex = (firstIndex + 1) % tokens.length;
                waitingCount--;
                completion.completed(token, failure);
            }
            return deliveredCount;
        } finally {
            delivering = false;
        }
    }

    @Override
    public int await(Completion completion) {
        return poll(completion);
    }

    @Override
    public void close() {
        waitingCount = 0;
    }
}
