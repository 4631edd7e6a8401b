package io.distil.replication.log;

import io.distil.base.BrokenInvariant;
import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// A buffer in which one group is built, written and handed over. Grows for an entry larger than itself.
final class LogGroup implements AutoCloseable {
    private MemorySegment memory;
    private long firstPosition;
    private int entryCount;
    private int entriesBytes;
    private int claimedBytes;

    LogGroup(long bytes) {
        memory = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, bytes);
    }

    void begin(long position) {
        firstPosition = position;
        entryCount = 0;
        entriesBytes = 0;
        claimedBytes = 0;
    }

    boolean isEmpty() {
        return entryCount == 0;
    }

    int entryCount() {
        return entryCount;
    }

    /// Memory for the next entry, or null if it does not fit behind the others.
    MemorySegment claim(int contentBytes) {
        int bytes = LogFormat.entryBytes(contentBytes);
        long pages = LogFormat.groupPages(entriesBytes + bytes);
        if (pages > memory.byteSize()) {
            if (!isEmpty()) {
                return null;
            }
            OffHeap.free(MemoryOwner.LOG_BUFFERS, memory);
            memory = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, pages);
        }
        long offset = LogFormat.GROUP_HEADER_BYTES + (long) entriesBytes;
        // The last eight bytes first, so that the padding behind the content is zero whatever lay there before; in an
        // entry
        // without content they are the length itself.
        memory.set(Layouts.LONG, offset + bytes - 8, 0L);
        memory.set(Layouts.INT, offset, contentBytes);
        memory.set(Layouts.INT, offset + 4, 0);
        claimedBytes = bytes;
        return memory.asSlice(offset + LogFormat.ENTRY_HEADER_BYTES, contentBytes);
    }

    long publish() {
        BrokenInvariant.check(claimedBytes > 0, "an entry is published that was not claimed");
        entriesBytes += claimedBytes;
        claimedBytes = 0;
        return firstPosition + entryCount++;
    }

    /// Bytes this group would take on disk with one more entry.
    long pagesBytesWith(int contentBytes) {
        return LogFormat.groupPages(entriesBytes + LogFormat.entryBytes(contentBytes));
    }

    /// Bytes this group takes on disk.
    long pagesBytes() {
        return LogFormat.groupPages(entriesBytes);
    }

    /// Completes header, checksum and padding.
    MemorySegment seal(long segmentNumber, Checksum checksum) {
        long end = LogFormat.GROUP_HEADER_BYTES + (long) entriesBytes;
        memory.asSlice(end, pagesBytes() - end).fill((byte) 0);
        LogFormat.putGroupHeader(memory, segmentNumber, firstPosition, entryCount, entriesBytes, checksum);
        return memory;
    }

    void handOver(Journal.EntryHandler handler) throws IOException {
        handOver(memory, "log group at position " + firstPosition, handler);
    }

    /// Walks the entries of a whole group.
    static void handOver(MemorySegment group, String where, Journal.EntryHandler handler) throws IOException {
        long position = LogFormat.groupFirstPosition(group);
        int count = LogFormat.groupEntryCount(group);
        long end = LogFormat.GROUP_HEADER_BYTES + (long) LogFormat.groupEntriesBytes(group);
        long offset = LogFormat.GROUP_HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            int contentBytes = offset + LogFormat.ENTRY_HEADER_BYTES <= end ? group.get(Layouts.INT, offset) : -1;
            if (contentBytes < 0 || offset + LogFormat.entryBytes(contentBytes) > end) {
                throw new CorruptBlock(where + ": entry " + i + " of " + count + " leaves its group");
            }
            handler.entry(position + i, group.asSlice(offset + LogFormat.ENTRY_HEADER_BYTES, contentBytes));
            offset += LogFormat.entryBytes(contentBytes);
        }
    }

    @Override
    public void close() {
        OffHeap.free(MemoryOwner.LOG_BUFFERS, memory);
    }
}
