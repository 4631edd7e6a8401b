package io.distil.replication.log;

import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Reads durable entries of an open log again, by position, beside the thread that owns the log.
///
/// The last group read is kept: whoever catches up asks for one entry after the other. A slot may be recycled while it is
/// read; then the group's segment number, position or checksum is another's, and the read fails instead of answering.
/// For many threads, one at a time.
public final class LogReader implements AutoCloseable {
    private static final int READ_BYTES = 1 << 20;

    private final LogExtents extents;
    private final DiskQueue queue;
    private final Checksum checksum = new Checksum();
    private MemorySegment memory = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, READ_BYTES);

    /// The group in `memory`, or null.
    private LogExtents.Extent held;

    private boolean closed;

    LogReader(Disk disk, LogExtents extents) throws IOException {
        this.extents = extents;
        this.queue = disk.openSharedQueue(1);
    }

    /// Hands over the entry at `position`.
    ///
    /// @throws CorruptBlock if its group cannot be read back as it was written, or was released
    public synchronized void read(long position, Journal.EntryHandler handler) throws IOException {
        if (closed) {
            throw new IOException("the log is closed");
        }
        LogExtents.Extent extent = extents.find(position);
        if (extent == null) {
            throw new CorruptBlock("log entry " + position + " is wanted, but was released");
        }
        if (!extent.equals(held)) {
            load(extent);
        }
        String where = where(extent);
        long last = extent.firstPosition() + LogFormat.groupEntryCount(memory) - 1;
        if (position > last) {
            throw new CorruptBlock(where + ": entry " + position + " is wanted, the group ends at " + last);
        }
        LogGroup.handOver(
                memory,
                where,
                (found, entry) -> {
                    if (found == position) {
                        handler.entry(found, entry);
                    }
                });
    }

    private void load(LogExtents.Extent extent) throws IOException {
        held = null;
        if (extent.bytes() > memory.byteSize()) {
            OffHeap.free(MemoryOwner.LOG_BUFFERS, memory);
            memory = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, extent.bytes());
        }
        queue.readNow(extent.segment().file(), extent.offset(), memory, extent.bytes());
        if (!LogFormat.looksLikeGroup(memory, extent.segment().number(), extent.bytes())
                || LogFormat.groupFirstPosition(memory) != extent.firstPosition()
                || !LogFormat.isGroupWhole(memory, checksum)) {
            throw new CorruptBlock(
                    where(extent) + ": the group of entry " + extent.firstPosition() + " is damaged or was released");
        }
        held = extent;
    }

    private static String where(LogExtents.Extent extent) {
        return extent.segment().file().name() + " at offset " + extent.offset();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            queue.close();
            OffHeap.free(MemoryOwner.LOG_BUFFERS, memory);
        }
    }
}
