package io.distil.replication.raft;

import io.distil.base.DiskFailed;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// A disk that can be made to complete nothing for a while.
final class StallingDisk implements Disk {
    private final Disk disk;
    private volatile boolean stalled;

    StallingDisk(Disk disk) {
        this.disk = disk;
    }

    void setStalled(boolean stalled) {
        this.stalled = stalled;
    }

    private final class Queue implements DiskQueue {
        private final DiskQueue queue;

        Queue(DiskQueue queue) {
            this.queue = queue;
        }

        @Override
        public void register(MemorySegment memory) {
            queue.register(memory);
        }

        @Override
        public void write(DiskFile file, long position, MemorySegment memory, long bytes, boolean durable, long token) {
            queue.write(file, position, memory, bytes, durable, token);
        }

        @Override
        public void read(DiskFile file, long position, MemorySegment memory, long bytes, long token) {
            queue.read(file, position, memory, bytes, token);
        }

        @Override
        public void sync(DiskFile file, long token) {
            queue.sync(file, token);
        }

        @Override
        public int inFlight() {
            return queue.inFlight();
        }

        @Override
        public int poll(Completion completion) throws DiskFailed {
            return stalled ? 0 : queue.poll(completion);
        }

        @Override
        public int await(Completion completion) throws DiskFailed {
            while (stalled) {
                LockSupport.parkNanos(1_000_000);
            }
            return queue.await(completion);
        }

        @Override
        public void close() {
            queue.close();
        }
    }

    @Override
    public String description() {
        return disk.description();
    }

    @Override
    public DiskQueue openQueue(int depth) throws DiskFailed {
        return new Queue(disk.openQueue(depth));
    }

    @Override
    public DiskQueue openSharedQueue(int depth) throws DiskFailed {
        return new Queue(disk.openSharedQueue(depth));
    }

    @Override
    public DiskFile open(String name, OpenMode mode) throws IOException {
        return disk.open(name, mode);
    }

    @Override
    public boolean exists(String name) throws IOException {
        return disk.exists(name);
    }

    @Override
    public List<String> list(String directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public List<String> directories(String directory) throws IOException {
        return disk.directories(directory);
    }

    @Override
    public void deleteDirectory(String directory) throws IOException {
        disk.deleteDirectory(directory);
    }

    @Override
    public void createDirectories(String directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void syncDirectory(String directory) throws IOException {
        disk.syncDirectory(directory);
    }

    @Override
    public long freeBytes() throws IOException {
        return disk.freeBytes();
    }

    @Override
    public void close() throws IOException {
        disk.close();
    }
}
