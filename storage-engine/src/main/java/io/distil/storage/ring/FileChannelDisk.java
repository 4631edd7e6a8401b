package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;

import java.io.IOException;
import java.util.List;

/// The path to the disk that works everywhere: file channels through the page cache. Operations run inside the
/// submitting call; their completions wait for the next poll.
final class FileChannelDisk implements Disk {
    private final DataDirectory directory;
    private final String description;

    FileChannelDisk(DataDirectory directory, String description) {
        this.directory = directory;
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public DiskQueue openQueue(int depth) throws DiskFailed {
        BrokenInvariant.check(depth >= 1, "a queue of depth " + depth + ", wanted at least 1");
        return new FileChannelQueue(depth);
    }

    @Override
    public DiskFile open(String name, OpenMode mode) throws IOException {
        return new FileChannelFile(name, directory.resolve(name), mode);
    }

    @Override
    public boolean exists(String name) {
        return directory.exists(name);
    }

    @Override
    public List<String> list(String name) throws IOException {
        return directory.list(name);
    }

    @Override
    public List<String> directories(String name) throws IOException {
        return directory.directories(name);
    }

    @Override
    public void deleteDirectory(String name) throws IOException {
        directory.deleteDirectory(name);
    }

    @Override
    public void createDirectories(String name) throws IOException {
        directory.createDirectories(name);
    }

    @Override
    public void delete(String name) throws IOException {
        directory.delete(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        directory.rename(from, to);
    }

    @Override
    public void syncDirectory(String name) throws IOException {
        directory.syncDirectory(name);
    }

    @Override
    public long freeBytes() throws IOException {
        return directory.freeBytes();
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
