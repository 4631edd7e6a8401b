package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// A file behind a file channel that survives interruption.
///
/// An interrupt of any thread inside a file channel closes the channel under all of them. That is no way for a store to
/// end, so the channel is opened again, the operation repeated (all are at fixed positions), and the interrupt kept for
/// the caller to see.
final class FileChannelFile implements DiskFile {
    /// One transfer of the channel; more could exceed what a byte buffer can hold.
    private static final long TRANSFER_BYTES_MAX = 1 << 30;

    private static final Set<OpenOption> READ_ONLY = Set.of(StandardOpenOption.READ);
    private static final Set<OpenOption> READ_WRITE = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);

    /// What is done with a channel, possibly twice.
    private interface Act<T> {
        T on(FileChannel channel) throws IOException;
    }

    private final String name;
    private final Path path;
    private final Set<OpenOption> reopenOptions;
    private volatile FileChannel channel;
    private volatile boolean closed;

    FileChannelFile(String name, Path path, Disk.OpenMode mode) throws IOException {
        this.name = name;
        this.path = path;
        reopenOptions = mode == Disk.OpenMode.READ ? READ_ONLY : READ_WRITE;
        try {
            channel = FileChannel.open(path, mode == Disk.OpenMode.CREATE ? CREATE : reopenOptions);
        } catch (IOException e) {
            throw DataDirectory.failed("opening of " + path, e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() throws IOException {
        return uninterrupted(FileChannel::size);
    }

    @Override
    public void truncate(long bytes) throws IOException {
        try {
            requireWritable();
            uninterrupted(on -> {
                if (bytes <= on.size()) {
                    return on.truncate(bytes);
                }
                // The channel can only shorten: the last new byte is written, the ones before it read as zeros.
                on.write(ByteBuffer.allocate(1), bytes - 1);
                return on;
            });
        } catch (IOException e) {
            throw DataDirectory.failed("setting the size of " + name + " to " + bytes + " bytes", e);
        }
    }

    void write(long position, MemorySegment memory, long bytes, boolean durable) throws IOException {
        try {
            requireWritable();
            for (long done = 0; done < bytes; ) {
                long from = done;
                int wanted = (int) Math.min(bytes - done, TRANSFER_BYTES_MAX);
                done += uninterrupted(on -> on.write(memory.asSlice(from, wanted).asByteBuffer(), position + from));
            }
            if (durable) {
                force();
            }
        } catch (IOException e) {
            throw DataDirectory.failed("write of " + bytes + " bytes at " + position + " in " + name, e);
        }
    }

    void read(long position, MemorySegment memory, long bytes) throws IOException {
        try {
            for (long done = 0; done < bytes; ) {
                long from = done;
                int wanted = (int) Math.min(bytes - done, TRANSFER_BYTES_MAX);
                int moved = uninterrupted(on -> on.read(memory.asSlice(from, wanted).asByteBuffer(), position + from));
                if (moved < 0) {
                    throw new IOException("the file ends at " + size());
                }
                done += moved;
            }
        } catch (IOException e) {
            throw DataDirectory.failed("read of " + bytes + " bytes at " + position + " in " + name, e);
        }
    }

    void sync() throws IOException {
        try {
            force();
        } catch (IOException e) {
            throw DataDirectory.failed("sync of " + name, e);
        }
    }

    /// The channel would throw an unchecked exception; on the other path it is the kernel that refuses.
    private void requireWritable() throws IOException {
        if (reopenOptions == READ_ONLY) {
            throw new IOException("it is open for reading");
        }
    }

    private void force() throws IOException {
        uninterrupted(on -> {
            on.force(false);
            return on;
        });
    }

    private <T> T uninterrupted(Act<T> act) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel current = channel;
                BrokenInvariant.check(!closed, name + " is closed");
                try {
                    return act.on(current);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(current);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void reopen(FileChannel lost) throws IOException {
        if (channel == lost && !closed) {
            channel = FileChannel.open(path, reopenOptions);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }
}
