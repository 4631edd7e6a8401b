package io.distil.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/// A directory for one trial, below `distil.bench.dir` (default `target/bench-data`: a real disk, not a file system in
/// memory). Deleted at the end.
///
/// @param path exists and is empty
record BenchDirectory(Path path) implements AutoCloseable {
    static BenchDirectory create(String name) throws IOException {
        Path parent = Path.of(System.getProperty("distil.bench.dir", "target/bench-data"));
        Files.createDirectories(parent);
        return new BenchDirectory(Files.createTempDirectory(parent, name + "-"));
    }

    @Override
    public void close() throws IOException {
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                        Files.delete(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
