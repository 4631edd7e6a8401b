package io.distil.replication.log;

import io.distil.base.BrokenInvariant;
import io.distil.base.Checksum;
import io.distil.base.DiskFailed;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Entries on one disk, made durable in groups: group commit by three buffers that change places. Positions number them 1,
/// 2, 3, …; one owner thread.
///
/// An entry is claimed, filled in place and published; published entries are made durable in groups, and handed to
/// {@link EntryHandler} in order once they are.
///
/// While one group is handed over, the next is being written and the one after it filled. A group commits whatever arrived
/// during the write before it: under load groups grow and each entry's share of the sync shrinks, without a timer.
///
/// ```
///   claim/publish ──> filling ──(no write under way)──> writing ──(durable)──> handed over ──> spare
///                        ^                                                                      │
///                        └─────────────────────────── begin ────────────────────────────────────┘
/// ```
///
/// After a failed write nothing is known of what the disk holds, so the log fails for good: no retry, no further write. Only
/// a full disk when a new segment is needed may pass.
public final class Journal implements AutoCloseable {
    /// Receives entries in order.
    public interface EntryHandler {
        /// @param entry valid only during the call
        void entry(long position, MemorySegment entry) throws IOException;
    }

    /// Sizes of a journal.
    ///
    /// @param segmentBytes of a slot file; an entry must fit into one
    /// @param groupBytes of each of the three buffers; an entry larger than that makes its buffer grow
    public record Options(long segmentBytes, int groupBytes) {
        public static final Options DEFAULT = new Options(64L << 20, 4 << 20);

        public Options {
            if (segmentBytes % LogFormat.PAGE_BYTES != 0 || groupBytes % LogFormat.PAGE_BYTES != 0) {
                throw new BrokenInvariant("sizes of a journal are whole pages: " + segmentBytes + ", " + groupBytes);
            }
        }
    }

    /// Where a node without replicas has its log.
    public static final String DIRECTORY = "log";

    private static final long WHATEVER_IS_THERE = -1;

    private final Disk disk;
    private final String directory;

    /// Carries the one group write that may be under way.
    private final DiskQueue queue;

    /// Carries what is waited for at once: recovery, by the thread that opens the log; then headers.
    private final DiskQueue setUpQueue;

    private final Options options;
    private final Checksum checksum = new Checksum();

    /// Segments that may be replayed, oldest first; the last is written to.
    private final Deque<LogSegment> segments = new ArrayDeque<>();

    private final Deque<LogSegment> freeSlots = new ArrayDeque<>();
    private final LogExtents extents = new LogExtents();
    private final MemorySegment zeros;
    private final MemorySegment headerPage;
    private final SlotPreparation preparation;

    /// No second attempt in the same segment: whoever needs the slot then makes it, and learns why it cannot be made.
    private boolean preparationFailed;

    private int slotCount;

    private LogGroup filling;

    /// Buffers that are neither filled, nor written, nor handed over: at most two.
    private final Deque<LogGroup> spares = new ArrayDeque<>();

    private LogGroup writing;
    private long nextOffset;
    private long nextPosition;
    private long writtenBytes;
    private DiskFailed failure;
    private boolean writeCompleted;

    /// Opens the log and hands over every entry from `replayFrom` on.
    ///
    /// @param replayFrom at least 1; entries before it are not needed
    /// @param mustReach the last position known to have been durable; a log that ends before it has lost entries
    /// @throws io.distil.base.CorruptBlock if entries are damaged in the middle, or missing
    public static Journal open(Disk disk, Options options, long replayFrom, long mustReach, EntryHandler replayed)
            throws IOException {
        return open(disk, DIRECTORY, options, replayFrom, mustReach, replayed);
    }

    /// Opens a journal in a directory of another name and hands over every entry that was not released for certain. Whoever
    /// keeps such a journal knows from elsewhere which entries must be there.
    public static Journal openRetained(Disk disk, String directory, Options options, EntryHandler replayed)
            throws IOException {
        return open(disk, directory, options, WHATEVER_IS_THERE, 0, replayed);
    }

    private static Journal open(
            Disk disk, String directory, Options options, long replayFrom, long mustReach, EntryHandler replayed)
            throws IOException {
        disk.createDirectories(directory);
        Journal log = new Journal(disk, directory, options);
        try {
            log.recover(replayFrom, mustReach, replayed);
            return log;
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private Journal(Disk disk, String directory, Options options) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.options = options;
        this.queue = disk.openQueue(1);
        this.setUpQueue = disk.openSharedQueue(1);
        this.zeros = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, Math.min(options.segmentBytes, 1 << 20));
        this.headerPage = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, LogFormat.PAGE_BYTES);
        this.preparation = new SlotPreparation(disk.openSharedQueue(1), zeros, options.segmentBytes);
        this.filling = new LogGroup(options.groupBytes);
    }

    private void recover(long replayFrom, long mustReach, EntryHandler replayed) throws IOException {
        for (String name : disk.list(directory)) {
            if (!isSlotName(name)) {
                continue;
            }
            slotCount = Math.max(slotCount, Integer.parseInt(name.substring(0, name.length() - 4)) + 1);
            DiskFile file = disk.open(directory + "/" + name, Disk.OpenMode.WRITE);
            LogSegment slot = LogRecovery.readHeader(setUpQueue, file, checksum);
            if (slot.isFree()) {
                // Perhaps its preparation was cut short; no entry was ever written to it.
                preparation.begin(file);
                freeSlots.add(LogSegment.ofFree(preparation.await(), options.segmentBytes));
            } else {
                segments.add(slot);
            }
        }
        keepUnbrokenEnd();
        long from = replayFrom;
        if (replayFrom == WHATEVER_IS_THERE) {
            from = segments.isEmpty() ? 1 : segments.getFirst().firstPosition();
        }
        LogRecovery recovery =
                new LogRecovery(setUpQueue, LogRecovery.neededFrom(List.copyOf(segments), from), checksum, extents);
        recovery.run(from, mustReach, replayed);
        nextPosition = recovery.nextPosition();
        nextOffset = recovery.nextOffset();
        filling.begin(nextPosition);
    }

    /// True for our files; strangers are left alone.
    static boolean isSlotName(String name) {
        return name.matches("\\d{6}\\.log");
    }

    /// Brings the segments into order, and frees those before a gap: slots released earlier and never used again.
    private void keepUnbrokenEnd() {
        List<LogSegment> found = List.copyOf(segments);
        segments.clear();
        segments.addAll(LogRecovery.unbrokenEnd(found));
        for (LogSegment segment : found) {
            if (!segments.contains(segment)) {
                freeSlots.addLast(LogSegment.ofFree(segment.file(), segment.bytes()));
            }
        }
    }

    /// Memory for an entry of `bytes` bytes, or null while there is no room: {@link #await} makes some.
    ///
    /// @throws DiskFailed if no segment can be had ({@link DiskFailed#isFull}: try later) or the journal has failed for good
    public MemorySegment claim(int bytes) throws IOException {
        checkAlive();
        if (LogFormat.groupPages(LogFormat.entryBytes(bytes)) > options.segmentBytes - LogFormat.PAGE_BYTES) {
            throw new BrokenInvariant("an entry of " + bytes + " bytes does not fit a log segment");
        }
        if (!fits(filling.pagesBytesWith(bytes)) && freeSlots.isEmpty()) {
            // Now, while the caller can still be refused: once published, the entry must find its place.
            createSlot();
        }
        return filling.claim(bytes);
    }

    /// Ends the claim.
    ///
    /// @return the entry's position
    public long publish() {
        nextPosition++;
        return filling.publish();
    }

    /// Starts writing what is published unless a write is under way, and hands over what has become durable.
    ///
    /// @return how many entries were handed over
    public int poll(EntryHandler durable) throws IOException {
        checkAlive();
        if (writing != null) {
            queue.poll(this::completed);
        }
        prepareAhead();
        return finishAndStart(durable);
    }

    /// As {@link #poll}, but waits for the write that is under way.
    public int await(EntryHandler durable) throws IOException {
        checkAlive();
        if (writing == null) {
            start();
        }
        while (writing != null && !writeCompleted && failure == null) {
            queue.await(this::completed);
        }
        return finishAndStart(durable);
    }

    private void completed(long token, DiskFailed failed) {
        writeCompleted = true;
        if (failed != null) {
            failure = failed;
        }
    }

    private int finishAndStart(EntryHandler durable) throws IOException {
        checkAlive();
        if (!writeCompleted) {
            if (writing == null) {
                start();
            }
            return 0;
        }
        writeCompleted = false;
        LogGroup done = writing;
        writing = null;
        try {
            // The next write starts before these entries are applied: the disk works meanwhile.
            start();
        } finally {
            // Also when it could not be started: these entries are durable.
            handOver(done, durable);
        }
        return done.entryCount();
    }

    private void handOver(LogGroup done, EntryHandler durable) throws IOException {
        try {
            done.handOver(durable);
        } finally {
            spares.addLast(done);
        }
    }

    private void start() throws IOException {
        if (filling.isEmpty()) {
            return;
        }
        if (!fits(filling.pagesBytes())) {
            roll();
        }
        LogSegment segment = segments.getLast();
        MemorySegment sealed = filling.seal(segment.number(), checksum);
        queue.write(segment.file(), nextOffset, sealed, filling.pagesBytes(), true, 0);
        extents.add(nextPosition - filling.entryCount(), segment, nextOffset, filling.pagesBytes());
        nextOffset += filling.pagesBytes();
        writtenBytes += filling.pagesBytes();
        writing = filling;
        // None is left the first two times: the other buffers are being written and handed over.
        filling = spares.isEmpty() ? new LogGroup(options.groupBytes) : spares.removeFirst();
        filling.begin(nextPosition);
        queue.poll(this::completed);
    }

    private boolean fits(long groupPagesBytes) {
        return !segments.isEmpty() && nextOffset + groupPagesBytes <= segments.getLast().bytes();
    }

    /// Begins the next segment in a free slot; {@link #claim} has seen to it that there is one.
    private void roll() throws IOException {
        long number = segments.isEmpty() ? 1 : segments.getLast().number() + 1;
        long firstPosition = nextPosition - filling.entryCount();
        LogSegment slot = freeSlots.removeFirst();
        LogFormat.putSegmentHeader(headerPage, number, firstPosition, checksum);
        try {
            setUpQueue.writeNow(slot.file(), 0, headerPage, LogFormat.PAGE_BYTES, true);
        } catch (DiskFailed e) {
            failure = e;
            throw e;
        }
        segments.addLast(new LogSegment(slot.file(), slot.bytes(), number, firstPosition));
        nextOffset = LogFormat.PAGE_BYTES;
        preparationFailed = false;
    }

    /// Sees to it that the next slot is there before the present segment is full: its bytes are written beside the entries,
    /// where one long write of all of them would hold every entry up.
    private void prepareAhead() throws IOException {
        boolean isHalfFull = !segments.isEmpty() && nextOffset > segments.getLast().bytes() / 2;
        try {
            if (preparation.isUnderWay()) {
                addSlot(preparation.poll());
            } else if (isHalfFull && freeSlots.isEmpty() && !preparationFailed) {
                preparation.begin(openSlot());
            }
        } catch (DiskFailed e) {
            if (!e.isFull()) {
                throw e;
            }
            preparationFailed = true;
        }
    }

    /// Makes a slot now, or waits for the one that is being made.
    private void createSlot() throws IOException {
        if (!preparation.isUnderWay()) {
            preparation.begin(openSlot());
        }
        // After a failure, a later attempt, perhaps with more space on the disk, finds the file again and completes it.
        addSlot(preparation.await());
    }

    private DiskFile openSlot() throws IOException {
        String name = "%s/%06d.log".formatted(directory, slotCount);
        return disk.open(name, disk.exists(name) ? Disk.OpenMode.WRITE : Disk.OpenMode.CREATE);
    }

    /// @param prepared null while there is nothing to add
    private void addSlot(DiskFile prepared) throws IOException {
        if (prepared == null) {
            return;
        }
        try {
            disk.syncDirectory(directory);
        } catch (IOException e) {
            prepared.close();
            throw e;
        }
        slotCount++;
        freeSlots.addLast(LogSegment.ofFree(prepared, options.segmentBytes));
    }

    private void checkAlive() throws DiskFailed {
        if (failure != null) {
            throw new DiskFailed(
                    "the command log has failed and takes no more writes: " + failure.getMessage(), failure);
        }
    }

    /// True if nothing is published that was not handed over.
    public boolean isIdle() {
        return writing == null && filling.isEmpty();
    }

    /// The position of the next entry to be published.
    public long nextPosition() {
        return nextPosition;
    }

    /// Says that entries before `position` will never be replayed again; their space is used anew.
    public void release(long position) {
        while (segments.size() > 1) {
            LogSegment oldest = segments.removeFirst();
            if (segments.getFirst().firstPosition() > position) {
                segments.addFirst(oldest);
                return;
            }
            extents.release(segments.getFirst().firstPosition());
            freeSlots.addLast(LogSegment.ofFree(oldest.file(), oldest.bytes()));
        }
    }

    /// A way to read durable entries again, for other threads than the journal's owner. Close it before the journal.
    public LogReader openReader() throws IOException {
        return new LogReader(disk, extents);
    }

    /// Bytes written since the journal was opened.
    public long writtenBytes() {
        return writtenBytes;
    }

    /// Bytes that would have to be replayed after a crash now.
    public long retainedBytes() {
        long bytes = nextOffset;
        for (LogSegment segment : segments) {
            bytes += segment.bytes();
        }
        return segments.isEmpty() ? 0 : bytes - segments.getLast().bytes();
    }

    @Override
    public void close() throws IOException {
        queue.close();
        setUpQueue.close();
        preparation.close();
        filling.close();
        spares.forEach(LogGroup::close);
        if (writing != null) {
            writing.close();
        }
        OffHeap.free(MemoryOwner.LOG_BUFFERS, zeros);
        OffHeap.free(MemoryOwner.LOG_BUFFERS, headerPage);
        for (LogSegment segment : segments) {
            segment.file().close();
        }
        for (LogSegment slot : freeSlots) {
            slot.file().close();
        }
    }
}
