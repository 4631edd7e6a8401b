package io.distil.replication.log;

import io.distil.base.DiskFailed;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Writes a slot's bytes once, so that later writes change neither its size nor its extents: a piece at a time, while the log
/// goes on. The owner of the log calls it.
///
/// ```
///   idle ──begin──▶ writing zeros ──all written──▶ syncing ──▶ idle, the file handed over
///    ▲                    └───────── failed ──────────┘
///    └──────────────────────────────────┘
/// ```
final class SlotPreparation implements AutoCloseable {
    private final DiskQueue queue;
    private final MemorySegment zeros;
    private final long slotBytes;
    private DiskFile file;
    private long writtenBytes;
    private boolean syncing;
    private boolean stepDone;
    private DiskFailed failure;

    /// @param queue of depth 1, from now on this one's own
    /// @param zeros stay their owner's; whole pages
    SlotPreparation(DiskQueue queue, MemorySegment zeros, long slotBytes) {
        this.queue = queue;
        this.zeros = zeros;
        this.slotBytes = slotBytes;
    }

    boolean isUnderWay() {
        return file != null;
    }

    /// Takes over a file, perhaps one whose preparation was cut short before.
    void begin(DiskFile slot) {
        file = slot;
        writtenBytes = 0;
        syncing = false;
        failure = null;
        submitStep();
    }

    /// Goes on without waiting.
    ///
    /// @return the file once it is ready, else null
    /// @throws DiskFailed if it never will be; the file is closed
    DiskFile poll() throws IOException {
        queue.poll(this::completed);
        return stepDone ? next() : null;
    }

    /// As {@link #poll}, to the end.
    DiskFile await() throws IOException {
        DiskFile ready = null;
        while (ready == null) {
            queue.await(this::completed);
            ready = stepDone ? next() : null;
        }
        return ready;
    }

    private void completed(long token, DiskFailed failed) {
        stepDone = true;
        failure = failed;
    }

    private DiskFile next() throws IOException {
        if (failure == null && !syncing) {
            submitStep();
            return null;
        }
        DiskFile prepared = file;
        file = null;
        stepDone = false;
        if (failure != null) {
            prepared.close();
            throw failure;
        }
        return prepared;
    }

    private void submitStep() {
        stepDone = false;
        if (writtenBytes < slotBytes) {
            long bytes = Math.min(zeros.byteSize(), slotBytes - writtenBytes);
            queue.write(file, writtenBytes, zeros, bytes, false, 0);
            writtenBytes += bytes;
        } else {
            syncing = true;
            queue.sync(file, 0);
        }
    }

    @Override
    public void close() throws IOException {
        queue.close();
        if (file != null) {
            file.close();
        }
    }
}
