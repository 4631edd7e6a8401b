package io.distil.storage.ring;

import io.distil.base.BrokenInvariant;
import io.distil.base.DiskFailed;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The directory under a real disk: names, the lock against a second opener, and everything that is done to directories
/// rather than to bytes. Shared by both paths to the disk, safe for many threads.
final class DataDirectory implements AutoCloseable {
    static final String LOCK_NAME = "distil.lock";

    /// Directories open in this process. The operating system's lock belongs to the whole process, and closing any
    /// descriptor of the lock file gives it up: a second opener here must not even touch the file.
    private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lockChannel;

    private DataDirectory(Path path, FileChannel lockChannel) {
        this.path = path;
        this.lockChannel = lockChannel;
    }

    static DataDirectory open(Path directory) throws IOException {
        createDurably(directory.toAbsolutePath().normalize());
        Path path = directory.toRealPath();
        if (!OPEN_HERE.add(path)) {
            throw inUse(path, "this very process, " + ProcessHandle.current().pid());
        }
        FileChannel lockChannel = null;
        try {
            lockChannel = lock(path);
            return new DataDirectory(path, lockChannel);
        } finally {
            if (lockChannel == null) {
                OPEN_HERE.remove(path);
            }
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        path.resolve(LOCK_NAME),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                ByteBuffer holder = ByteBuffer.allocate(32);
                channel.read(holder, 0);
                String pid = new String(holder.array(), 0, holder.position(), StandardCharsets.US_ASCII).strip();
                throw inUse(path, pid.isEmpty() ? "another process" : "process " + pid);
            }
            String pid = ProcessHandle.current().pid() + "\n";
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static Refused inUse(Path path, String holder) {
        return new Refused(
                ErrorCode.DATA_DIRECTORY_IN_USE,
                "data directory "
                        + path
                        + " is in use by "
                        + holder
                        + ": stop it first, or choose another directory"
                        + " (fuser "
                        + path.resolve(LOCK_NAME)
                        + " names the process that holds the lock)");
    }

    Path path() {
        return path;
    }

    /// The path of a name, which must stay inside.
    Path resolve(String name) {
        Path resolved = path.resolve(name).normalize();
        BrokenInvariant.check(
                resolved.startsWith(path) && !name.startsWith("/"), "name " + name + " leads out of " + path);
        return resolved;
    }

    boolean exists(String name) {
        return Files.exists(resolve(name));
    }

    List<String> list(String directory) throws IOException {
        Path listed = resolve(directory);
        if (!Files.isDirectory(listed)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(listed, Files::isRegularFile)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (!(listed.equals(path) && name.equals(LOCK_NAME))) {
                    names.add(name);
                }
            }
        }
        Collections.sort(names);
        return names;
    }

    List<String> directories(String directory) throws IOException {
        Path listed = resolve(directory);
        if (!Files.isDirectory(listed)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(listed, Files::isDirectory)) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        }
        Collections.sort(names);
        return names;
    }

    void deleteDirectory(String directory) throws IOException {
        Files.deleteIfExists(resolve(directory));
    }

    void createDirectories(String directory) throws IOException {
        createDurably(resolve(directory));
    }

    private static void createDurably(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path at = directory; at != null && !Files.isDirectory(at); at = at.getParent()) {
            missing.push(at);
        }
        try {
            for (Path next : missing) {
                Files.createDirectories(next);
                sync(next.getParent());
            }
        } catch (IOException e) {
            throw failed("creation of directory " + directory, e);
        }
    }

    void delete(String name) throws IOException {
        Files.delete(resolve(name));
    }

    void rename(String from, String to) throws IOException {
        try {
            Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failed("renaming of " + from + " to " + to, e);
        }
    }

    void syncDirectory(String directory) throws IOException {
        sync(resolve(directory));
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw failed("sync of directory " + directory, e);
        }
    }

    long freeBytes() throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    /// The same trouble as `cause`, saying what was tried and whether the disk is full. Missing and existing files keep
    /// their type: callers tell them apart.
    static IOException failed(String what, IOException cause) {
        if (cause instanceof java.nio.file.NoSuchFileException
                || cause instanceof java.nio.file.FileAlreadyExistsException
                || cause instanceof DiskFailed) {
            return cause;
        }
        String reason = cause instanceof FileSystemException trouble ? trouble.getReason() : cause.getMessage();
        // Java does not pass errno on; these are the C library's texts for ENOSPC and EDQUOT.
        boolean full =
                reason != null
                        && (reason.contains("No space left on device") || reason.contains("Disk quota exceeded"));
        return new DiskFailed(what + " failed: " + (reason == null ? cause.toString() : reason), full, cause);
    }

    @Override
    public void close() throws IOException {
        // The file stays: deleting it would let a third opener lock a new file while a second still waits for this one.
        try {
            lockChannel.close();
        } finally {
            OPEN_HERE.remove(path);
        }
    }
}
