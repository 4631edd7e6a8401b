package io.distil.replication.transfer;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.NanoClock;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.Disk.OpenMode;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;
import io.distil.storage.segment.BlockStore;
import io.distil.storage.segment.SegmentExtent;
import io.distil.storage.store.Store;
import io.distil.storage.store.StoreImage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/// A checkpoint of another replica that is being received, chunk by chunk and in any order, into a home of its own. An
/// attempt that was interrupted, by a crash or because the sender went away, is gone on with: chunks that are there and
/// intact are not asked for again, as long as they come from the same store.
///
/// ```
///   begin ──> put, put, … ──nothing missing──> finish ──> a home like any other
///     └────────── crash ─────────> begin: goes on
/// ```
///
/// One owner at a time.
public final class Installation implements AutoCloseable {
    /// The file that says which chunks are there.
    static final String PROGRESS = "transfer";

    private final Disk disk;
    private final String home;
    private final Disk in;
    private final StoreImage image;
    private final DiskQueue queue;
    private final MemorySegment memory;
    private final MemorySegment page;

    /// Chunks that are there, with their CRCs.
    private final Map<Chunk, Integer> present = new HashMap<>();

    private DiskFile progress;
    private long progressBytes;

    /// Begins to receive a checkpoint, or goes on with one of the same store.
    public static Installation begin(Disk disk, StoreImage image) throws IOException {
        String home = Homes.next(disk);
        Installation installation = new Installation(disk, home, image);
        try {
            installation.resume();
            return installation;
        } catch (IOException | RuntimeException e) {
            installation.close();
            throw e;
        }
    }

    private Installation(Disk disk, String home, StoreImage image) throws IOException {
        this.disk = disk;
        this.home = home;
        this.image = image;
        this.in = Homes.in(disk, home);
        this.queue = disk.openSharedQueue(1);
        this.memory = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, Chunk.BYTES_MAX);
        this.page = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, OffHeap.PAGE_BYTES);
    }

    private void resume() throws IOException {
        if (in.exists(PROGRESS)) {
            progress = in.open(PROGRESS, OpenMode.WRITE);
            readProgress();
        }
        if (progressBytes == 0) {
            startOver();
        }
    }

    /// Takes over what an earlier attempt left; leaves {@link #progressBytes} at 0 if that was another store's.
    private void readProgress() throws IOException {
        long bytes = progress.size() / OffHeap.PAGE_BYTES * OffHeap.PAGE_BYTES;
        if (bytes == 0 || !readPage(0) || !ProgressPage.isOf(page, image.storeId())) {
            return;
        }
        List<ProgressPage.Received> received = new ArrayList<>();
        for (long at = OffHeap.PAGE_BYTES; at < bytes; at += OffHeap.PAGE_BYTES) {
            if (readPage(at)) {
                ProgressPage.received(page).ifPresent(received::add);
            }
        }
        progressBytes = bytes;
        for (ProgressPage.Received chunk : received) {
            if (isIntact(chunk)) {
                present.put(chunk.chunk(), chunk.crc());
            }
        }
    }

    private boolean readPage(long at) throws IOException {
        queue.readNow(progress, at, page, OffHeap.PAGE_BYTES);
        return ProgressPage.isWhole(page);
    }

    private boolean isIntact(ProgressPage.Received received) throws IOException {
        Chunk chunk = received.chunk();
        String name = fileName(chunk.segmentNumber());
        if (!in.exists(name)) {
            return false;
        }
        try (DiskFile file = in.open(name, OpenMode.READ)) {
            if (file.size() < chunk.offset() + chunk.bytes()) {
                return false;
            }
            queue.readNow(file, chunk.offset(), memory, chunk.bytes());
            return ChunkContent.crc(memory.asSlice(0, chunk.bytes()).toArray(Layouts.BYTE)) == received.crc();
        }
    }

    /// Empties the home and says whose checkpoint it is for.
    private void startOver() throws IOException {
        if (progress != null) {
            progress.close();
            progress = null;
        }
        Homes.delete(disk, home);
        in.createDirectories(Store.SEGMENTS);
        progress = in.open(PROGRESS, OpenMode.CREATE);
        ProgressPage.putStore(page, image.storeId());
        appendPage();
    }

    private void appendPage() throws IOException {
        queue.writeNow(progress, progressBytes, page, OffHeap.PAGE_BYTES, false);
        progressBytes += OffHeap.PAGE_BYTES;
    }

    private static String fileName(int segmentNumber) {
        return Store.SEGMENTS + "/" + BlockStore.fileName(segmentNumber);
    }

    /// The directory that the copy is written to.
    public String home() {
        return home;
    }

    public StoreImage image() {
        return image;
    }

    /// What is still to be asked for, in an order that reads the sender's files front to back.
    public List<Chunk> missing() {
        List<Chunk> missing = new ArrayList<>();
        for (SegmentExtent segment : image.segments()) {
            for (long offset = 0; offset < segment.bytes(); offset += Chunk.BYTES_MAX) {
                int bytes = (int) Math.min(Chunk.BYTES_MAX, segment.bytes() - offset);
                Chunk chunk = new Chunk(segment.segmentNumber(), offset, bytes);
                if (!present.containsKey(chunk)) {
                    missing.add(chunk);
                }
            }
        }
        return missing;
    }

    /// Takes a chunk.
    ///
    /// @throws CorruptBlock if it was damaged on its way; nothing was written, ask again
    public void put(ChunkContent content) throws IOException {
        Chunk chunk = content.chunk();
        if (!content.isIntact()) {
            throw new CorruptBlock(
                    "%s arrived with %d bytes of CRC %08x, wanted %08x"
                            .formatted(
                                    chunk, content.bytes().length, ChunkContent.crc(content.bytes()), content.crc()));
        }
        String name = fileName(chunk.segmentNumber());
        MemorySegment.copy(content.bytes(), 0, memory, Layouts.BYTE, 0, chunk.bytes());
        try (DiskFile file = in.open(name, in.exists(name) ? OpenMode.WRITE : OpenMode.CREATE)) {
            queue.writeNow(file, chunk.offset(), memory, chunk.bytes(), false);
        }
        ProgressPage.putReceived(page, chunk, content.crc());
        appendPage();
        present.put(chunk, content.crc());
    }

    /// Makes the copy durable and a home, the last step of which is one rename.
    ///
    /// @param storeId of the new store
    public void finish(UUID storeId, NanoClock clock) throws IOException {
        List<Chunk> missing = missing();
        BrokenInvariant.check(
                missing.isEmpty(), "an installation is finished with " + missing.size() + " chunks missing");
        for (SegmentExtent segment : image.segments()) {
            try (DiskFile file = in.open(fileName(segment.segmentNumber()), OpenMode.WRITE)) {
                // An earlier image of the same store may have listed more: what a crash left behind its last page.
                if (file.size() != segment.bytes()) {
                    file.truncate(segment.bytes());
                }
                queue.syncNow(file);
            }
        }
        deleteUnlisted();
        in.syncDirectory(Store.SEGMENTS);
        Store.adopt(in, image, storeId, clock);
    }

    /// Segments that only an earlier image of the same store had.
    private void deleteUnlisted() throws IOException {
        Set<Integer> listed = image.segments().stream().map(SegmentExtent::segmentNumber).collect(Collectors.toSet());
        for (int number : BlockStore.segmentNumbers(in, Store.SEGMENTS)) {
            if (!listed.contains(number)) {
                in.delete(fileName(number));
            }
        }
    }

    /// Stops; what was received stays for the next attempt.
    @Override
    public void close() throws IOException {
        queue.close();
        OffHeap.free(MemoryOwner.DISK_BUFFERS, memory);
        OffHeap.free(MemoryOwner.DISK_BUFFERS, page);
        if (progress != null) {
            progress.close();
        }
    }
}
