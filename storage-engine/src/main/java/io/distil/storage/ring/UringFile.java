package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// A file opened past the page cache (O_DIRECT).
///
/// It counts what is in flight on it, because a descriptor closed too early would soon be the number of another file,
/// and the kernel would write there.
final class UringFile implements DiskFile {
    /// Set in {@link #users} by close: no operation may begin.
    private static final int CLOSED = Integer.MIN_VALUE;

    private final String name;
    private final int descriptor;
    private final AtomicInteger users = new AtomicInteger();

    private UringFile(String name, int descriptor) {
        this.name = name;
        this.descriptor = descriptor;
    }

    static UringFile open(String name, Path path, Disk.OpenMode mode) throws IOException {
        int access =
                switch (mode) {
                    case READ -> Linux.O_RDONLY;
                    case WRITE -> Linux.O_RDWR;
                    case CREATE -> Linux.O_RDWR | Linux.O_CREAT | Linux.O_EXCL;
                };
        int result = (int) Linux.open(path.toString(), access | Linux.O_DIRECT | Linux.O_CLOEXEC);
        return switch (-result) {
            case Linux.ENOENT -> throw new NoSuchFileException(path.toString());
            case Linux.EEXIST -> throw new FileAlreadyExistsException(path.toString());
            default -> new UringFile(name, (int) checked(result, "opening of " + path));
        };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() throws DiskFailed {
        int open = use();
        try {
            return checked(Linux.size(open), "size of " + name);
        } finally {
            release();
        }
    }

    @Override
    public void truncate(long bytes) throws DiskFailed {
        int open = use();
        try {
            checked(Linux.truncate(open, bytes), "setting the size of " + name + " to " + bytes + " bytes");
        } finally {
            release();
        }
    }

    /// Begins an operation and returns the descriptor, which stays open until {@link #release}.
    int use() {
        if (users.getAndIncrement() < 0) {
            users.getAndDecrement();
            throw new BrokenInvariant(name + " is closed");
        }
        return descriptor;
    }

    void release() {
        users.getAndDecrement();
    }

    private static long checked(long result, String what) throws DiskFailed {
        if (result < 0) {
            int errno = (int) -result;
            throw new DiskFailed(what + " failed: " + Linux.name(errno), Linux.isFull(errno), null);
        }
        return result;
    }

    @Override
    public void close() throws DiskFailed {
        if (users.compareAndSet(0, CLOSED)) {
            checked(Linux.close(descriptor), "closing of " + name);
        } else if (users.get() > 0) {
            throw new BrokenInvariant(name + " is closed with " + users.get() + " operations in flight");
        }
    }
}
