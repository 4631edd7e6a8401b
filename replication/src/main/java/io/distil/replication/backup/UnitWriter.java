package io.distil.replication.backup;

import com.github.luben.zstd.Zstd;

import io.distil.base.BrokenInvariant;
import io.distil.base.Checksum;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Writes a file of a backup, unit after unit, each compressed where that helps and under its own checksum. One owner thread.
final class UnitWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    /// zstd's own default: three times as small as points are, several times as fast as a disk.
    private static final int COMPRESSION_LEVEL = 3;

    /// Shorter units are stored as they are: little is won, and a file's magic and format stay in their places.
    private static final int COMPRESSED_BYTES_MIN = 512;

    private final String name;
    private final DiskFile file;
    private final DiskQueue queue;
    private final MemorySegment buffer;
    private final Checksum fileChecksum = new Checksum();
    private final Checksum unitChecksum = new Checksum();

    /// Bytes of the file that are on their way to the disk; what follows is in the buffer.
    private long written;

    private int buffered;
    private long rawBytes;

    /// Begins the file anew if it is there.
    UnitWriter(Disk disk, String name) throws IOException {
        this.name = name;
        if (disk.exists(name)) {
            disk.delete(name);
        }
        this.file = disk.open(name, Disk.OpenMode.CREATE);
        this.queue = disk.openQueue(1);
        this.buffer = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, BUFFER_BYTES);
    }

    void unit(BackupFormat.Kind kind, byte[] raw) throws IOException {
        BrokenInvariant.check(
                raw.length <= BackupFormat.UNIT_BYTES_MAX, "a unit of " + raw.length + " bytes in " + name);
        byte[] packed = raw.length < COMPRESSED_BYTES_MIN ? raw : Zstd.compress(raw, COMPRESSION_LEVEL);
        byte[] stored = packed.length < raw.length ? packed : raw;
        MemorySegment content = MemorySegment.ofArray(stored);
        MemorySegment header = MemorySegment.ofArray(new byte[BackupFormat.UNIT_HEADER_BYTES]);
        header.set(Layouts.INT, 0, kind.number());
        header.set(Layouts.INT, 4, stored.length);
        header.set(Layouts.INT, 8, raw.length);
        // The place is under the checksum, so that a whole unit elsewhere is noticed.
        int checksum = unitChecksum.reset().add(bytes()).add(header, 0, 12).add(content, 0, stored.length).value();
        header.set(Layouts.INT, 12, checksum);
        put(header);
        put(content);
        rawBytes += raw.length;
    }

    private void put(MemorySegment from) throws IOException {
        fileChecksum.add(from, 0, from.byteSize());
        long at = 0;
        while (at < from.byteSize()) {
            long piece = Math.min(from.byteSize() - at, BUFFER_BYTES - buffered);
            MemorySegment.copy(from, at, buffer, buffered, piece);
            at += piece;
            buffered += (int) piece;
            if (buffered == BUFFER_BYTES) {
                queue.writeNow(file, written, buffer, BUFFER_BYTES, false);
                written += BUFFER_BYTES;
                buffered = 0;
            }
        }
    }

    /// Bytes of the file so far.
    long bytes() {
        return written + buffered;
    }

    /// Bytes of all units so far, before compression.
    long rawBytes() {
        return rawBytes;
    }

    /// Of all bytes so far.
    int checksum() {
        return fileChecksum.value();
    }

    /// Makes the file durable; its name becomes so by a sync of its directory.
    void finish() throws IOException {
        long pages = (buffered + OffHeap.PAGE_BYTES - 1L) / OffHeap.PAGE_BYTES * OffHeap.PAGE_BYTES;
        if (pages > 0) {
            buffer.asSlice(buffered, pages - buffered).fill((byte) 0);
            queue.writeNow(file, written, buffer, pages, false);
        }
        queue.syncNow(file);
    }

    @Override
    public void close() throws IOException {
        try (file) {
            queue.close();
        } finally {
            OffHeap.free(MemoryOwner.DISK_BUFFERS, buffer);
        }
    }

    /// Makes the file appear under `target` in one step, durably.
    static void publish(Disk disk, String name, String target) throws IOException {
        disk.rename(name, target);
        disk.syncDirectory("");
    }
}
