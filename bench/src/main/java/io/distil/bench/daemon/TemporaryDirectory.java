package io.distil.bench.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A directory of one run, deleted at its end with all that is in it.
record TemporaryDirectory(Path path) implements AutoCloseable {
    static TemporaryDirectory create(Path parent, String prefix) throws IOException {
        Files.createDirectories(parent);
        return new TemporaryDirectory(Files.createTempDirectory(parent, prefix + "-"));
    }

    @Override
    public void close() throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> found = Files.walk(path)) {
            deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.delete(file);
        }
    }
}
