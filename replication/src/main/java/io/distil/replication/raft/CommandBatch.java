package io.distil.replication.raft;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// The commands that will be the next entry, filled in place, and the form they have in a payload: for each, u32 bytes, u32
/// zero, content, zeros up to a multiple of 8. Grows for a command larger than itself. One owner thread.
final class CommandBatch implements AutoCloseable {
    /// Receives the commands of a payload.
    interface Commands {
        /// @param command valid only during the call
        void command(int index, MemorySegment command) throws IOException;
    }

    private static final int COMMAND_HEADER_BYTES = 8;

    private final int bytesMax;
    private MemorySegment memory;
    private int bytes;
    private int commandCount;
    private int claimedBytes;

    /// @param bytesMax more is taken only for a single command
    CommandBatch(int bytesMax) {
        this.bytesMax = bytesMax;
        this.memory = OffHeap.allocate(MemoryOwner.LOG_BUFFERS, bytesMax);
    }

    boolean isEmpty() {
        return commandCount == 0;
    }

    int commandCount() {
        return commandCount;
    }

    /// Memory for one more command, or null if it does not fit behind the others.
    MemorySegment claim(int contentBytes) {
        int wanted = paddedBytes(contentBytes);
        if (commandCount == Positions.COMMANDS_MAX || commandCount > 0 && bytes + wanted > bytesMax) {
            return null;
        }
        if (bytes + wanted > memory.byteSize()) {
            OffHeap.free(MemoryOwner.LOG_BUFFERS, memory);
            memory = OffHeap.allocate(MemoryOwner.LOG_BUFFERS, wanted);
        }
        // Zero behind the content, whatever lay there before; of an empty command this is the header.
        memory.set(Layouts.LONG, bytes + wanted - 8L, 0L);
        memory.set(Layouts.INT, bytes, contentBytes);
        memory.set(Layouts.INT, bytes + 4L, 0);
        claimedBytes = wanted;
        return memory.asSlice(bytes + (long) COMMAND_HEADER_BYTES, contentBytes);
    }

    void publish() {
        BrokenInvariant.check(claimedBytes > 0, "a command is published that was not claimed");
        bytes += claimedBytes;
        claimedBytes = 0;
        commandCount++;
    }

    /// The payload, on the heap because Ratis keeps it there; the batch is empty afterwards.
    ByteString take() {
        byte[] payload = memory.asSlice(0, bytes).toArray(Layouts.BYTE);
        clear();
        return UnsafeByteOperations.unsafeWrap(payload);
    }

    void clear() {
        bytes = 0;
        commandCount = 0;
        claimedBytes = 0;
        if (memory.byteSize() > bytesMax + (long) OffHeap.ALIGNMENT_BYTES) {
            OffHeap.free(MemoryOwner.LOG_BUFFERS, memory);
            memory = OffHeap.allocate(MemoryOwner.LOG_BUFFERS, bytesMax);
        }
    }

    private static int paddedBytes(int contentBytes) {
        return COMMAND_HEADER_BYTES + (contentBytes + 7) / 8 * 8;
    }

    /// Walks the commands of a payload.
    ///
    /// @param where named in failures
    static void forEach(MemorySegment payload, int commandCount, String where, Commands commands) throws IOException {
        long offset = 0;
        for (int i = 0; i < commandCount; i++) {
            int contentBytes =
                    offset + COMMAND_HEADER_BYTES <= payload.byteSize() ? payload.get(Layouts.INT, offset) : -1;
            if (contentBytes < 0 || offset + paddedBytes(contentBytes) > payload.byteSize()) {
                throw new CorruptBlock(where + ": command " + i + " of " + commandCount + " leaves its payload");
            }
            commands.command(i, payload.asSlice(offset + COMMAND_HEADER_BYTES, contentBytes));
            offset += paddedBytes(contentBytes);
        }
        if (offset != payload.byteSize()) {
            throw new CorruptBlock(
                    where + ": " + commandCount + " commands end at " + offset + " of " + payload.byteSize());
        }
    }

    @Override
    public void close() {
        OffHeap.free(MemoryOwner.LOG_BUFFERS, memory);
    }
}
