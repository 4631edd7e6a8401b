package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;

/// An open file of a {@link SimulatedDisk}.
final class SimulatedFile implements DiskFile {
    private final SimulatedDisk disk;
    private final String name;
    private final SimulatedContents contents;
    private final boolean isWritable;
    private int inFlightCount;
    private boolean closed;

    SimulatedFile(SimulatedDisk disk, String name, SimulatedContents contents, boolean isWritable) {
        this.disk = disk;
        this.name = name;
        this.contents = contents;
        this.isWritable = isWritable;
    }

    SimulatedContents contents() {
        return contents;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() throws DiskFailed {
        checkOpen();
        disk.requirePower("size of " + name);
        return contents.size();
    }

    @Override
    public void truncate(long bytes) throws DiskFailed {
        checkOpen();
        disk.countOperation();
        if (!isWritable) {
            throw new DiskFailed("setting the size of " + name + " failed: EINVAL, it is open for reading");
        }
        if (!disk.hasRoomFor(bytes - contents.size())) {
            throw new DiskFailed("setting the size of " + name + " failed: ENOSPC, as simulated", true, null);
        }
        contents.resize(Math.toIntExact(bytes), disk.nextCompletionSequence());
    }

    boolean isWritable() {
        return isWritable;
    }

    private void checkOpen() {
        BrokenInvariant.check(!closed, name + " is closed");
    }

    void use() {
        checkOpen();
        inFlightCount++;
    }

    void release() {
        inFlightCount--;
    }

    @Override
    public void close() {
        BrokenInvariant.check(inFlightCount == 0, name + " is closed with operations in flight");
        closed = true;
    }
}
