package io.distil.bench;

import io.distil.base.DiskFailed;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;
import io.distil.storage.ring.Disks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/// Both paths to the disk, on one file that was written before, as log segments are. A durable write is one operation
/// (microseconds, with percentiles); in bulk a byte is one operation, so that the figure is megabytes a second.
@State(Scope.Thread)
@Warmup(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 20, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class RingBenchmark {
    private static final int LOG_WRITE_BYTES = 4 << 10;
    private static final int BULK_WRITE_BYTES = 256 << 10;
    private static final int BULK_DEPTH = 8;
    private static final int FILE_BYTES = 64 << 20;

    @Param({"IO_URING", "FILE_CHANNEL"})
    private DiskChoice path;

    private BenchDirectory directory;
    private Disk disk;
    private DiskFile file;
    private DiskQueue queue;
    private MemorySegment memory;
    private DiskFailed failed;
    private long position;

    @Setup(Level.Trial)
    public void setUp() throws IOException {
        directory = BenchDirectory.create("ring");
        disk = Disks.open(directory.path(), path);
        file = disk.open("file", Disk.OpenMode.CREATE);
        queue = disk.openQueue(BULK_DEPTH);
        memory = OffHeap.allocatePages(MemoryOwner.SCRATCH, (long) BULK_DEPTH * BULK_WRITE_BYTES);
        memory.fill((byte) 0x2a);
        file.truncate(FILE_BYTES);
        bulkWrite();
        System.out.printf("%n# disk: %s%n", disk.description());
    }

    @TearDown(Level.Trial)
    public void tearDown() throws IOException {
        queue.close();
        file.close();
        disk.close();
        OffHeap.free(MemoryOwner.SCRATCH, memory);
        directory.close();
    }

    /// 4 KiB that survive a power cut when the operation is over, one after the other.
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public void durableWrite() throws IOException {
        queue.writeNow(file, position, memory, LOG_WRITE_BYTES, true);
        position = (position + LOG_WRITE_BYTES) % FILE_BYTES;
    }

    /// The whole file in writes of 256 KiB, eight in flight, and one sync at the end.
    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    @OperationsPerInvocation(FILE_BYTES)
    public void bulkWrite() throws IOException {
        failed = null;
        for (long at = 0; at < FILE_BYTES; at += BULK_WRITE_BYTES) {
            while (queue.inFlight() == BULK_DEPTH) {
                queue.await(this::completed);
            }
            // All writes carry the same bytes, so that one piece of memory may be in flight many times.
            queue.write(file, at, memory, BULK_WRITE_BYTES, false, at);
        }
        while (queue.inFlight() > 0) {
            queue.await(this::completed);
        }
        if (failed != null) {
            throw failed;
        }
        queue.syncNow(file);
    }

    private void completed(long token, DiskFailed failure) {
        if (failure != null) {
            failed = failure;
        }
    }
}
