package io.distil.replication.transfer;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;
import io.distil.storage.segment.BlockStore;
import io.distil.storage.segment.SegmentExtent;
import io.distil.storage.store.Store;
import io.distil.storage.store.StoreImage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.stream.Collectors;

/// The last checkpoint of a replica, held so that another one can copy it. While this is open the replica's files stay, and
/// what the image lists does not change. Safe for use by many threads, one at a time inside.
public final class CheckpointSource implements AutoCloseable {
    private final Disk home;
    private final StoreImage image;
    private final Map<Integer, Long> bytesBySegment;
    private final DiskQueue queue;
    private final MemorySegment memory;
    private final Runnable release;
    private boolean closed;

    /// @param release called once, when this is closed
    public CheckpointSource(Disk home, StoreImage image, Runnable release) throws IOException {
        this.home = home;
        this.image = image;
        this.bytesBySegment =
                image.segments().stream().collect(Collectors.toMap(SegmentExtent::segmentNumber, SegmentExtent::bytes));
        this.queue = home.openSharedQueue(1);
        this.memory = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, Chunk.BYTES_MAX);
        this.release = release;
    }

    /// What there is to copy.
    public StoreImage image() {
        return image;
    }

    /// Reads a chunk of what the image lists, of this image or an earlier one of the same store.
    ///
    /// @throws Refused `INVALID_ARGUMENT` if the image has no such bytes
    public synchronized ChunkContent read(Chunk chunk) throws IOException {
        long bytes = bytesBySegment.getOrDefault(chunk.segmentNumber(), 0L);
        if (closed || chunk.offset() + chunk.bytes() > bytes || chunk.bytes() % OffHeap.PAGE_BYTES != 0) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    chunk + " was asked for, but the checkpoint has " + bytes + " bytes of that segment");
        }
        String name = Store.SEGMENTS + "/" + BlockStore.fileName(chunk.segmentNumber());
        try (DiskFile file = home.open(name, Disk.OpenMode.READ)) {
            queue.readNow(file, chunk.offset(), memory, chunk.bytes());
        }
        byte[] content = memory.asSlice(0, chunk.bytes()).toArray(Layouts.BYTE);
        return new ChunkContent(chunk, content, ChunkContent.crc(content));
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            queue.close();
            OffHeap.free(MemoryOwner.DISK_BUFFERS, memory);
            release.run();
        }
    }
}
