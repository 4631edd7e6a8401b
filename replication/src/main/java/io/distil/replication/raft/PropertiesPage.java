package io.distil.replication.raft;

import io.distil.base.CorruptBlock;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.io.StringReader;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/// A few facts in a file for people and programs: text in the form of Java's properties, padded with line ends to one page
/// because files here are written in whole pages. Replaced as a whole.
final class PropertiesPage {
    private static final String NEW = ".new";

    private PropertiesPage() {}

    static Properties read(Disk disk, String name) throws IOException {
        Properties properties = new Properties();
        withPage(
                disk,
                name,
                Disk.OpenMode.READ,
                (queue, file, page) -> {
                    queue.readNow(file, 0, page, OffHeap.PAGE_BYTES);
                    String text = new String(page.toArray(Layouts.BYTE), StandardCharsets.UTF_8);
                    try {
                        properties.load(new StringReader(text));
                    } catch (IllegalArgumentException e) {
                        throw new CorruptBlock(name + ": " + e.getMessage(), e);
                    }
                });
        return properties;
    }

    /// @throws CorruptBlock if there is no such property
    static String require(Properties properties, String key, String name) throws CorruptBlock {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new CorruptBlock(name + ": " + key + " is missing");
        }
        return value;
    }

    /// The file survives a crash once this has returned, and is the old one or the new one before.
    ///
    /// @param directory of `name`, for the sync
    static void write(Disk disk, String directory, String name, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (disk.exists(name + NEW)) {
            disk.delete(name + NEW);
        }
        withPage(
                disk,
                name + NEW,
                Disk.OpenMode.CREATE,
                (queue, file, page) -> {
                    page.fill((byte) '\n');
                    MemorySegment.copy(bytes, 0, page, Layouts.BYTE, 0, bytes.length);
                    queue.writeNow(file, 0, page, OffHeap.PAGE_BYTES, false);
                    queue.syncNow(file);
                });
        disk.rename(name + NEW, name);
        disk.syncDirectory(directory);
    }

    private interface PageWork {
        void run(DiskQueue queue, DiskFile file, MemorySegment page) throws IOException;
    }

    private static void withPage(Disk disk, String name, Disk.OpenMode mode, PageWork work) throws IOException {
        MemorySegment page = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, OffHeap.PAGE_BYTES);
        DiskQueue queue = disk.openSharedQueue(1);
        try (DiskFile file = disk.open(name, mode)) {
            work.run(queue, file, page);
        } finally {
            queue.close();
            OffHeap.free(MemoryOwner.DISK_BUFFERS, page);
        }
    }
}
