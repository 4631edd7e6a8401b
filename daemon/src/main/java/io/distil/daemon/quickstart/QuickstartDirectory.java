package io.distil.daemon.quickstart;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.io.IOException;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Properties;
import java.util.stream.Stream;

/// The directory of a quickstart. It is emptied before a new run, so it is taken only when it is new, empty, or carries the
/// marker that an earlier quickstart left; and of what lies in it, only what a quickstart makes is deleted.
final class QuickstartDirectory {
    /// Under the current directory.
    static final Path DEFAULT = Path.of("distil-quickstart");

    private static final String MARKER = "quickstart.properties";
    private static final String MADE_BY = "made-by";
    private static final String QUICKSTART = "distil quickstart";
    private static final String PROCESS = "process";
    private static final String LISTEN = "listen";

    /// The store's own lock, which tells whether a node runs on it.
    private static final String LOCK = "distil.lock";

    private final Path path;

    private QuickstartDirectory(Path path) {
        this.path = path;
    }

    /// Makes the directory ready for a new run: there, marked, and without a store.
    ///
    /// @throws Refused if it is not a quickstart's, or a node runs on it
    static QuickstartDirectory claim(Path path) throws IOException {
        QuickstartDirectory directory = new QuickstartDirectory(path);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            directory.checkOwn();
            directory.checkUnused();
        } else {
            Files.createDirectories(path);
        }
        // Marked first: a run that ends in the middle of deleting leaves a directory that the next one recognises.
        directory.mark("");
        deleteTree(directory.data());
        Files.deleteIfExists(directory.log());
        Files.deleteIfExists(directory.answers());
        return directory;
    }

    Path path() {
        return path;
    }

    /// The store.
    Path data() {
        return path.resolve("data");
    }

    /// Standard error of a node in a process of its own.
    Path log() {
        return path.resolve("node.log");
    }

    /// Standard output of a node in a process of its own.
    Path answers() {
        return path.resolve("node.out");
    }

    /// Notes who works on it, for the sentence that a later quickstart says.
    void markUsed(long process, String listen) throws IOException {
        mark(PROCESS + "=" + process + "\n" + LISTEN + "=" + listen + "\n");
    }

    private void mark(String more) throws IOException {
        Files.writeString(
                path.resolve(MARKER),
                "# The next quickstart in this directory deletes data/ and begins anew.\n"
                        + MADE_BY
                        + "="
                        + QUICKSTART
                        + "\n"
                        + more);
    }

    private void checkOwn() throws IOException {
        if (!Files.isDirectory(path)) {
            throw notOwn("is no directory");
        }
        if (!QUICKSTART.equals(marker().getProperty(MADE_BY))) {
            try (Stream<Path> entries = Files.list(path)) {
                if (entries.findAny().isPresent()) {
                    throw notOwn("holds files, and no quickstart made it");
                }
            }
        }
    }

    private Refused notOwn(String why) {
        return new Refused(ErrorCode.INVALID_ARGUMENT, path + " " + why + "; choose another directory with --data DIR");
    }

    private void checkUnused() throws IOException {
        Path lock = data().resolve(LOCK);
        if (!Files.exists(lock)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            if (channel.tryLock() != null) {
                return;
            }
        }
        String process = Files.readString(lock).strip();
        Properties marker = marker();
        String where =
                process.equals(marker.getProperty(PROCESS)) ? ", listening on " + marker.getProperty(LISTEN) : "";
        throw new Refused(
                ErrorCode.DATA_DIRECTORY_IN_USE,
                "a node still runs on "
                        + path
                        + ": process "
                        + process
                        + where
                        + "; stop it with 'kill "
                        + process
                        + "', or choose another directory with --data DIR");
    }

    private Properties marker() throws IOException {
        Properties marker = new Properties();
        Path file = path.resolve(MARKER);
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            try (Reader text = Files.newBufferedReader(file)) {
                marker.load(text);
            } catch (IllegalArgumentException e) {
                // Some other file of that name: not a marker.
                marker.clear();
            }
        }
        return marker;
    }

    /// Deletes a file or a directory with what is in it. Links are deleted, never followed.
    private static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                tree,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
