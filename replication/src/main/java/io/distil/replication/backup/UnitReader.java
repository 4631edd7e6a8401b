package io.distil.replication.backup;

import com.github.luben.zstd.Zstd;

import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.UUID;

/// Reads a file of a backup, unit after unit, and believes nothing: every unit is checked against its checksum and place, and
/// every length against what can be there. One owner thread.
final class UnitReader implements AutoCloseable {
    /// What a unit was before it was compressed.
    record Unit(BackupFormat.Kind kind, byte[] content) {}

    private static final int BUFFER_BYTES = 1 << 20;

    private final String name;
    private final DiskFile file;
    private final DiskQueue queue;
    private final long fileBytes;
    private final MemorySegment buffer;
    private final Checksum fileChecksum = new Checksum();
    private final Checksum unitChecksum = new Checksum();

    /// Where in the file the buffer begins, how much it holds, and what of it was read.
    private long bufferAt;

    private int bufferBytes;
    private int bufferRead;

    /// @throws CorruptBlock if there is no such file
    UnitReader(Disk disk, String name) throws IOException {
        this.name = name;
        if (!disk.exists(name)) {
            throw new CorruptBlock(name + " is missing");
        }
        this.file = disk.open(name, Disk.OpenMode.READ);
        this.fileBytes = file.size();
        this.queue = disk.openQueue(1);
        this.buffer = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, BUFFER_BYTES);
    }

    /// Bytes read so far.
    long position() {
        return bufferAt + bufferRead;
    }

    /// Of everything read so far.
    int checksum() {
        return fileChecksum.value();
    }

    /// The next unit, which must be there.
    Unit next() throws IOException {
        long at = position();
        MemorySegment header = MemorySegment.ofArray(take(BackupFormat.UNIT_HEADER_BYTES));
        int storedBytes = header.get(Layouts.INT, 4);
        int rawBytes = header.get(Layouts.INT, 8);
        if (storedBytes < 0 || storedBytes > rawBytes || rawBytes > BackupFormat.UNIT_BYTES_MAX) {
            throw corrupt(at, "it has %d bytes that were %d".formatted(storedBytes, rawBytes));
        }
        byte[] stored = take(storedBytes);
        int wanted = header.get(Layouts.INT, 12);
        int found =
                unitChecksum
                        .reset()
                        .add(at)
                        .add(header, 0, 12)
                        .add(MemorySegment.ofArray(stored), 0, storedBytes)
                        .value();
        if (found != wanted) {
            throw corrupt(at, "its checksum is %08x, wanted %08x".formatted(found, wanted));
        }
        BackupFormat.Kind kind = BackupFormat.Kind.ofNumber(header.get(Layouts.INT, 0));
        if (kind == null) {
            throw corrupt(at, "its kind is " + header.get(Layouts.INT, 0));
        }
        return new Unit(kind, storedBytes == rawBytes ? stored : unpacked(at, stored, rawBytes));
    }

    private byte[] unpacked(long at, byte[] stored, int rawBytes) throws CorruptBlock {
        byte[] raw = new byte[rawBytes];
        long bytes = Zstd.decompressByteArray(raw, 0, rawBytes, stored, 0, stored.length);
        if (bytes != rawBytes) {
            throw corrupt(at, "unpacking gives %d bytes, wanted %d".formatted(bytes, rawBytes));
        }
        return raw;
    }

    /// The next unit's content, which must be of this kind.
    MemoryReader next(BackupFormat.Kind kind) throws IOException {
        long at = position();
        Unit unit = next();
        if (unit.kind() != kind) {
            throw corrupt(at, "it is %s, wanted %s".formatted(unit.kind(), kind));
        }
        return content(at, unit);
    }

    /// Reads the content of a unit that began at `at`.
    MemoryReader content(long at, Unit unit) {
        return new MemoryReader().wrap(MemorySegment.ofArray(unit.content()), where(at));
    }

    /// The first unit of every file: whose it is, and of what format.
    ///
    /// @return the rest of the header
    MemoryReader header() throws IOException {
        MemoryReader reader = next(BackupFormat.Kind.HEADER);
        if (reader.i64() != BackupFormat.MAGIC) {
            throw new Refused(ErrorCode.FORMAT_UNKNOWN, name + " is no file of a backup");
        }
        int format = reader.u32();
        if (format > BackupFormat.FORMAT) {
            throw new Refused(
                    ErrorCode.FORMAT_TOO_NEW,
                    "%s has format %d, this program reads up to format %d: use a newer version of it"
                            .formatted(name, format, BackupFormat.FORMAT));
        }
        return reader;
    }

    static UUID uuid(MemoryReader reader) throws CorruptBlock {
        return new UUID(reader.i64(), reader.i64());
    }

    CorruptBlock corrupt(long at, String what) {
        return new CorruptBlock(where(at) + ": " + what);
    }

    private String where(long at) {
        return name + ", unit at " + at;
    }

    private byte[] take(int bytes) throws IOException {
        if (bytes > fileBytes - position()) {
            throw corrupt(position(), "%d bytes wanted, %d left in the file".formatted(bytes, fileBytes - position()));
        }
        byte[] taken = new byte[bytes];
        int at = 0;
        while (at < bytes) {
            if (bufferRead == bufferBytes) {
                fill();
            }
            int piece = Math.min(bytes - at, bufferBytes - bufferRead);
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, bufferRead, taken, at, piece);
            at += piece;
            bufferRead += piece;
        }
        fileChecksum.add(MemorySegment.ofArray(taken), 0, bytes);
        return taken;
    }

    private void fill() throws IOException {
        bufferAt += bufferBytes;
        long pages = Math.min(BUFFER_BYTES, (fileBytes - bufferAt) / OffHeap.PAGE_BYTES * OffHeap.PAGE_BYTES);
        bufferRead = 0;
        bufferBytes = 0;
        if (pages == 0) {
            throw corrupt(bufferAt, "the file ends inside a page, after " + fileBytes + " bytes");
        }
        queue.readNow(file, bufferAt, buffer, pages);
        bufferBytes = (int) pages;
    }

    @Override
    public void close() throws IOException {
        try (file) {
            queue.close();
        } finally {
            OffHeap.free(MemoryOwner.DISK_BUFFERS, buffer);
        }
    }
}
