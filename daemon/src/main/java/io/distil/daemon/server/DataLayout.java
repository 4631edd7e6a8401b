package io.distil.daemon.server;

import io.distil.replication.node.NodeDirectory;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.Disks;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What lies where in a data directory, for a node of a cluster; the table is in `docs/operations.md`.
final class DataLayout implements NodeDirectory {
    private static final String STORE = "distil.store";
    private static final Path IDENTITY = Path.of("raft", "distil.node");

    /// What a replica consists of besides its superblock, and the copies it got from others.
    private static final List<String> REPLICA = List.of("segments", "log", "journal");

    private static final String INSTALLED_PREFIX = "installed-";

    private final Path data;
    private final ServerConfig config;

    DataLayout(ServerConfig config) {
        this.config = config;
        this.data = config.data();
    }

    /// Whether a node of a cluster has worked here.
    boolean isOfCluster() {
        return Files.exists(data.resolve(IDENTITY));
    }

    @Override
    public Disk open(String path) throws IOException {
        return Disks.open(data.resolve(path), config.diskChoice());
    }

    @Override
    public File file(String path) {
        return data.resolve(path).toFile();
    }

    @Override
    public boolean hasStore(String path) {
        return Files.exists(data.resolve(path).resolve(STORE));
    }

    /// The superblock first: what has none is no store, whatever else is still there.
    @Override
    public void deleteStore(String path) throws IOException {
        Path home = data.resolve(path);
        List<Path> parts = new ArrayList<>(List.of(home.resolve(STORE)));
        REPLICA.forEach(name -> parts.add(home.resolve(name)));
        try (Stream<Path> entries = Files.list(home)) {
            entries.filter(entry -> entry.getFileName().toString().startsWith(INSTALLED_PREFIX)).forEach(parts::add);
        }
        for (Path part : parts) {
            deleteTree(part);
        }
    }

    /// Links are deleted, never followed.
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
