package io.distil.storage.ring;

import io.distil.base.DiskFailed;

import java.io.IOException;
import java.util.List;

/// A directory of a disk, seen as a disk: its names are relative to the directory. Files and queues are those of the whole
/// disk, so messages name a file in full, and any queue will do.
final class DiskDirectory implements Disk {
    private final Disk whole;
    private final String prefix;

    /// @param directory which exists
    DiskDirectory(Disk whole, String directory) {
        this.whole = whole;
        this.prefix = directory + "/";
    }

    private String full(String name) {
        return name.isEmpty() ? prefix.substring(0, prefix.length() - 1) : prefix + name;
    }

    @Override
    public String description() {
        return whole.description();
    }

    @Override
    public DiskQueue openQueue(int depth) throws DiskFailed {
        return whole.openQueue(depth);
    }

    @Override
    public DiskQueue openSharedQueue(int depth) throws DiskFailed {
        return whole.openSharedQueue(depth);
    }

    @Override
    public DiskFile open(String name, OpenMode mode) throws IOException {
        return whole.open(full(name), mode);
    }

    @Override
    public boolean exists(String name) throws IOException {
        return whole.exists(full(name));
    }

    @Override
    public List<String> list(String directory) throws IOException {
        return whole.list(full(directory));
    }

    @Override
    public List<String> directories(String directory) throws IOException {
        return whole.directories(full(directory));
    }

    @Override
    public void createDirectories(String directory) throws IOException {
        whole.createDirectories(full(directory));
    }

    @Override
    public void deleteDirectory(String directory) throws IOException {
        whole.deleteDirectory(full(directory));
    }

    @Override
    public void delete(String name) throws IOException {
        whole.delete(full(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        whole.rename(full(from), full(to));
    }

    @Override
    public void syncDirectory(String directory) throws IOException {
        whole.syncDirectory(full(directory));
    }

    @Override
    public long freeBytes() throws IOException {
        return whole.freeBytes();
    }

    /// The whole disk stays open.
    @Override
    public void close() {}
}
