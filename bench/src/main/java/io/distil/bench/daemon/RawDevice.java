package io.distil.bench.daemon;

import io.distil.base.DiskFailed;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;
import io.distil.storage.ring.Disks;

import org.HdrHistogram.Histogram;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// The disk alone, through the project's own path to it: what a log and segments could reach with nothing around them.
///
/// @param appends nanoseconds of a durable write of {@link #APPEND_BYTES} into a file written before, one after the other
record RawDevice(
        String description,
        Histogram appends,
        double appendsPerSecond,
        double writeBytesPerSecond,
        double readBytesPerSecond) {
    private static final int APPEND_BYTES = 4 << 10;
    private static final int BULK_BYTES = 256 << 10;
    private static final int BULK_DEPTH = 8;
    private static final long FILE_BYTES = 256L << 20;

    /// Enough for a 99th percentile.
    private static final long APPEND_NANOS = TimeUnit.SECONDS.toNanos(1);

    static RawDevice measure(Path parent) throws IOException {
        try (TemporaryDirectory directory = TemporaryDirectory.create(parent, "distil-bench-device");
                Disk disk = Disks.open(directory.path(), DiskChoice.AUTO);
                DiskFile file = disk.open("file", Disk.OpenMode.CREATE);
                DiskQueue queue = disk.openQueue(BULK_DEPTH)) {
            MemorySegment memory = OffHeap.allocatePages(MemoryOwner.SCRATCH, (long) BULK_DEPTH * BULK_BYTES);
            try {
                return measure(disk, file, queue, memory.fill((byte) 0x2a));
            } finally {
                OffHeap.free(MemoryOwner.SCRATCH, memory);
            }
        }
    }

    private static RawDevice measure(Disk disk, DiskFile file, DiskQueue queue, MemorySegment memory)
            throws IOException {
        file.truncate(FILE_BYTES);
        // The first pass allocates extents, as a new log slot does before it is used.
        bulk(file, queue, memory, true);
        double writeSeconds = bulk(file, queue, memory, true);
        double readSeconds = bulk(file, queue, memory, false);
        Histogram appends = new Histogram(3);
        long begin = System.nanoTime();
        long now = begin;
        for (long at = 0; now - begin < APPEND_NANOS; at = (at + APPEND_BYTES) % FILE_BYTES) {
            queue.writeNow(file, at, memory, APPEND_BYTES, true);
            long before = now;
            now = System.nanoTime();
            appends.recordValue(now - before);
        }
        return new RawDevice(
                disk.description(),
                appends,
                appends.getTotalCount() / seconds(now - begin),
                FILE_BYTES / writeSeconds,
                FILE_BYTES / readSeconds);
    }

    /// The whole file in large pieces, several in flight, and a sync behind writes.
    ///
    /// @return seconds
    private static double bulk(DiskFile file, DiskQueue queue, MemorySegment memory, boolean writes)
            throws IOException {
        DiskFailed[] failed = new DiskFailed[1];
        DiskQueue.Completion completion = (_, failure) -> failed[0] = failure == null ? failed[0] : failure;
        long begin = System.nanoTime();
        for (long at = 0; at < FILE_BYTES; at += BULK_BYTES) {
            while (queue.inFlight() == BULK_DEPTH) {
                queue.await(completion);
            }
            // A piece of memory may be in flight twice: the bytes do not matter, and are all the same.
            MemorySegment piece = memory.asSlice(at / BULK_BYTES % BULK_DEPTH * BULK_BYTES, BULK_BYTES);
            if (writes) {
                queue.write(file, at, piece, BULK_BYTES, false, at);
            } else {
                queue.read(file, at, piece, BULK_BYTES, at);
            }
        }
        while (queue.inFlight() > 0) {
            queue.await(completion);
        }
        if (failed[0] != null) {
            throw failed[0];
        }
        if (writes) {
            queue.syncNow(file);
        }
        return seconds(System.nanoTime() - begin);
    }

    double appendMicros(double percentile) {
        return appends.getValueAtPercentile(percentile) / 1e3;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
