package io.distil.storage.segment;

import io.distil.base.BrokenInvariant;
import io.distil.base.memory.OffHeap;
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

    /// The bytes of the segments before `untilNumber`. Creates the directory where missing.
    long bytes(int untilNumber) throws IOException {
        disk.createDirectories(directory);
        long bytes = 0;
        for (int number : numbers(disk, directory)) {
            if (number < untilNumber) {
                try (DiskFile file = disk.open(path(number), Disk.OpenMode.READ)) {
                    bytes += file.size();
                }
            }
        }
        return bytes;
    }

    /// For good, when this returns.
    void delete(List<Integer> segmentNumbers) throws IOException {
        for (int number : segmentNumbers) {
            disk.delete(path(number));
        }
        if (!segmentNumbers.isEmpty()) {
            syncDirectory();
        }
    }

    /// The segments before `untilNumber` with the sizes of their files, ascending.
    List<SegmentExtent> extents(int untilNumber) throws IOException {
        List<SegmentExtent> extents = new ArrayList<>();
        for (int number : numbers(disk, directory)) {
            if (number < untilNumber) {
                try (DiskFile file = disk.open(path(number), Disk.OpenMode.READ)) {
                    // What a crash left behind may end in the middle of a page; no block does.
                    extents.add(new SegmentExtent(number, file.size() / OffHeap.PAGE_BYTES * OffHeap.PAGE_BYTES));
                }
            }
        }
        return extents;
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
