package io.distil.storage.segment;

import io.distil.base.BrokenInvariant;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The segment files of one directory: their names, and those open for reading, as few as a process can afford. Safe
/// for many threads.
final class SegmentFiles implements AutoCloseable {
    /// Files kept open without a reader. Half of what a process commonly may open.
    private static final int IDLE_FILES_MAX = 512;

    private static final String SUFFIX = ".segment";

    /// A file open for reading.
    static final class Open {
        private final DiskFile file;
        private int readerCount;
        private volatile boolean headerChecked;

        private Open(DiskFile file) {
            this.file = file;
        }

        DiskFile file() {
            return file;
        }

        boolean isHeaderChecked() {
            return headerChecked;
        }

        void setHeaderChecked() {
            headerChecked = true;
        }
    }

    private final Disk disk;
    private final String directory;

    /// In the order of their last use.
    private final Map<Integer, Open> openByNumber = new LinkedHashMap<>(64, 0.75f, true);

    SegmentFiles(Disk disk, String directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /// A segment's file name, without its directory.
    static String fileName(int segmentNumber) {
        return String.format("%08d%s", segmentNumber, SUFFIX);
    }

    String path(int segmentNumber) {
        return directory + "/" + fileName(segmentNumber);
    }

    /// Deletes the segments from `fromNumber` on, and returns the bytes of those before it.
    long deleteFrom(int fromNumber) throws IOException {
        disk.createDirectories(directory);
        List<String> debris = new ArrayList<>();
        long bytes = 0;
        for (String name : disk.list(directory)) {
            int number = number(name);
            if (number >= fromNumber) {
                debris.add(name);
            } else if (number >= 0) {
                try (DiskFile file = disk.open(directory + "/" + name, Disk.OpenMode.READ)) {
                    bytes += file.size();
                }
            }
        }
        for (String name : debris) {
            disk.delete(directory + "/" + name);
        }
        if (!debris.isEmpty()) {
            disk.syncDirectory(directory);
        }
        return bytes;
    }

    static List<Integer> numbers(Disk disk, String directory) throws IOException {
        return disk.list(directory).stream().map(SegmentFiles::number).filter(number -> number >= 0).sorted().toList();
    }

    /// The number in a file name, or -1 if it is not a segment's: strangers are left alone.
    private static int number(String name) {
        return name.matches("\\d{8}\\.segment") ? Integer.parseInt(name.substring(0, 8)) : -1;
    }

    DiskFile create(int segmentNumber) throws IOException {
        return disk.open(path(segmentNumber), Disk.OpenMode.CREATE);
    }

    void syncDirectory() throws IOException {
        disk.syncDirectory(directory);
    }

    /// A segment open for reading, until it is given back.
    synchronized Open borrow(int segmentNumber) throws IOException {
        Open open = openByNumber.get(segmentNumber);
        if (open == null) {
            open = new Open(disk.open(path(segmentNumber), Disk.OpenMode.READ));
            openByNumber.put(segmentNumber, open);
        }
        open.readerCount++;
        return open;
    }

    synchronized void giveBack(Open open) throws IOException {
        open.readerCount--;
        if (openByNumber.size() <= IDLE_FILES_MAX) {
            return;
        }
        for (Iterator<Open> opens = openByNumber.values().iterator(); opens.hasNext(); ) {
            Open idle = opens.next();
            if (idle.readerCount == 0) {
                opens.remove();
                idle.file.close();
                return;
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (Open open : openByNumber.values()) {
            BrokenInvariant.check(open.readerCount == 0, open.file.name() + " is closed while it is read");
            open.file.close();
        }
        openByNumber.clear();
    }
}
