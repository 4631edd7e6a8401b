package io.distil.replication.log;

import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Reads a log back: every whole group in order, and the judgement whether what cannot be read is the torn end or damage.
final class LogRecovery {
    private static final int READ_BYTES = 1 << 20;

    private final DiskQueue queue;
    private final List<LogSegment> segments;
    private final Checksum checksum;
    private final LogExtents extents;
    private long nextPosition = 1;
    private long nextOffset;

    /// @param segments by number, without a gap
    /// @param extents learns where the groups lie
    LogRecovery(DiskQueue queue, List<LogSegment> segments, Checksum checksum, LogExtents extents) {
        this.queue = queue;
        this.segments = segments;
        this.checksum = checksum;
        this.extents = extents;
    }

    /// The position after the last whole entry.
    long nextPosition() {
        return nextPosition;
    }

    /// Where the next group goes in the last segment; 0 if there is no segment.
    long nextOffset() {
        return nextOffset;
    }

    void run(long replayFrom, long mustReach, Journal.EntryHandler replayed) throws IOException {
        if (!segments.isEmpty()) {
            nextPosition = segments.getFirst().firstPosition();
            if (nextPosition > replayFrom) {
                throw new CorruptBlock(
                        "the log begins at position "
                                + nextPosition
                                + " in "
                                + segments.getFirst().file().name()
                                + ", but is needed from "
                                + replayFrom
                                + " on");
            }
        }
        for (int i = 0; i < segments.size(); i++) {
            LogSegment segment = segments.get(i);
            if (segment.firstPosition() != nextPosition) {
                throw new CorruptBlock(
                        segment.file().name()
                                + ": begins at position "
                                + segment.firstPosition()
                                + ", but the log before it ends at "
                                + nextPosition);
            }
            boolean last = i == segments.size() - 1;
            readSegment(segment, last ? -1 : segments.get(i + 1).firstPosition(), replayFrom, replayed);
        }
        if (nextPosition <= mustReach) {
            String where =
                    segments.isEmpty()
                            ? "there is no log"
                            : "the log ends at position "
                                    + (nextPosition - 1)
                                    + ", at offset "
                                    + nextOffset
                                    + " of "
                                    + segments.getLast().file().name();
            throw new CorruptBlock(where + ", but entries up to " + mustReach + " had been made durable");
        }
        if (segments.isEmpty()) {
            nextPosition = Math.max(replayFrom, mustReach + 1);
        }
    }

    /// @param until position at which the next segment begins, or -1 in the last one
    private void readSegment(LogSegment segment, long until, long replayFrom, Journal.EntryHandler replayed)
            throws IOException {
        DiskFile file = segment.file();
        long size = segment.bytes();
        long offset = LogFormat.PAGE_BYTES;
        MemorySegment buffer = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, READ_BYTES);
        try {
            while (offset < size && nextPosition != until) {
                long read = Math.min(buffer.byteSize(), size - offset);
                queue.readNow(file, offset, buffer, read);
                if (!LogFormat.looksLikeGroup(buffer, segment.number(), size - offset)) {
                    break;
                }
                long pages = LogFormat.groupPages(LogFormat.groupEntriesBytes(buffer));
                if (pages > buffer.byteSize()) {
                    OffHeap.free(MemoryOwner.LOG_BUFFERS, buffer);
                    buffer = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, pages);
                    continue;
                }
                long handled = handleGroups(segment, buffer, read, offset, replayFrom, replayed);
                if (handled == 0) {
                    break;
                }
                offset += handled;
            }
            if (until >= 0 ? nextPosition != until : hasGroupAfter(segment, offset, size, buffer)) {
                throw new CorruptBlock(
                        file.name()
                                + ": the group at offset "
                                + offset
                                + " (position "
                                + nextPosition
                                + ") is damaged, and later entries exist");
            }
            nextOffset = offset;
        } finally {
            OffHeap.free(MemoryOwner.LOG_BUFFERS, buffer);
        }
    }

    /// Hands over the whole groups that lie completely within what was read.
    ///
    /// @return bytes of groups handled; 0 if the first one is not whole
    private long handleGroups(
            LogSegment segment,
            MemorySegment buffer,
            long read,
            long offset,
            long replayFrom,
            Journal.EntryHandler replayed)
            throws IOException {
        long handled = 0;
        while (handled < read) {
            MemorySegment group = buffer.asSlice(handled);
            if (!LogFormat.looksLikeGroup(group, segment.number(), read - handled)
                    || LogFormat.groupFirstPosition(group) != nextPosition
                    || !LogFormat.isGroupWhole(group, checksum)) {
                return handled;
            }
            String where = segment.file().name() + " at offset " + (offset + handled);
            LogGroup.handOver(
                    group,
                    where,
                    (position, entry) -> {
                        if (position >= replayFrom) {
                            replayed.entry(position, entry);
                        }
                    });
            long pages = LogFormat.groupPages(LogFormat.groupEntriesBytes(group));
            extents.add(nextPosition, segment, offset + handled, pages);
            nextPosition += LogFormat.groupEntryCount(group);
            handled += pages;
        }
        return handled;
    }

    /// True if any whole, later group of this segment begins at a page after `offset`.
    private boolean hasGroupAfter(LogSegment segment, long offset, long size, MemorySegment pages) throws IOException {
        for (long at = offset + LogFormat.PAGE_BYTES; at < size; at += pages.byteSize()) {
            long read = Math.min(pages.byteSize(), size - at);
            queue.readNow(segment.file(), at, pages, read);
            for (long page = 0; page < read; page += LogFormat.PAGE_BYTES) {
                if (LogFormat.looksLikeGroup(pages.asSlice(page), segment.number(), size - at - page)
                        && LogFormat.groupFirstPosition(pages.asSlice(page)) > nextPosition
                        && isWholeAt(segment.file(), at + page, pages.asSlice(page))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isWholeAt(DiskFile file, long offset, MemorySegment header) throws IOException {
        long pages = LogFormat.groupPages(LogFormat.groupEntriesBytes(header));
        MemorySegment group = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, pages);
        try {
            queue.readNow(file, offset, group, pages);
            return LogFormat.isGroupWhole(group, checksum);
        } finally {
            OffHeap.free(MemoryOwner.LOG_BUFFERS, group);
        }
    }

    /// The last segments without a gap in their numbers, in order. Those before the gap were released earlier, and their
    /// slots never used again.
    static List<LogSegment> unbrokenEnd(List<LogSegment> found) {
        List<LogSegment> end = new ArrayList<>();
        for (LogSegment segment : found.stream().sorted(Comparator.comparingLong(LogSegment::number)).toList()) {
            if (!end.isEmpty() && end.getLast().number() + 1 != segment.number()) {
                end.clear();
            }
            end.add(segment);
        }
        return end;
    }

    /// Of segments without a gap, those that hold `position` and what follows; all of them if none begins so early.
    static List<LogSegment> neededFrom(List<LogSegment> segments, long position) {
        int first = 0;
        while (first + 1 < segments.size() && segments.get(first + 1).firstPosition() <= position) {
            first++;
        }
        return segments.subList(first, segments.size());
    }

    /// A header is written before the first group: groups behind zeros mean that a header was lost.
    private static void checkNothingFollows(DiskQueue queue, DiskFile file, long size, MemorySegment page)
            throws IOException {
        if (size >= 2L * LogFormat.PAGE_BYTES) {
            queue.readNow(file, LogFormat.PAGE_BYTES, page, LogFormat.PAGE_BYTES);
            if (!LogFormat.isBlank(page)) {
                throw new CorruptBlock(file.name() + ": the segment header at offset 0 is gone, and groups follow it");
            }
        }
    }

    /// The segment a slot holds; free if its header was never written.
    ///
    /// The header's fields lie in one sector, which a disk writes whole or not at all: a slot being recycled when the power
    /// went has its old header or its new one. So anything else than a whole header or zeros is damage.
    static LogSegment readHeader(DiskQueue queue, DiskFile file, Checksum checksum) throws IOException {
        long size = file.size();
        if (size < LogFormat.PAGE_BYTES) {
            return LogSegment.ofFree(file, size);
        }
        MemorySegment page = OffHeap.allocatePages(MemoryOwner.LOG_BUFFERS, LogFormat.PAGE_BYTES);
        try {
            queue.readNow(file, 0, page, LogFormat.PAGE_BYTES);
            if (LogFormat.isBlank(page)) {
                checkNothingFollows(queue, file, size, page);
                return LogSegment.ofFree(file, size);
            }
            if (!LogFormat.hasSegmentMagic(page)) {
                throw new CorruptBlock(file.name() + ": the segment header at offset 0 has a wrong magic");
            }
            if (!LogFormat.isSegmentHeaderWhole(page, checksum)) {
                throw new CorruptBlock(file.name() + ": the segment header at offset 0 has a wrong checksum");
            }
            if (LogFormat.segmentVersion(page) > LogFormat.FORMAT_VERSION) {
                throw new Refused(
                        ErrorCode.FORMAT_TOO_NEW,
                        file.name()
                                + " has log format "
                                + LogFormat.segmentVersion(page)
                                + "; this program reads up to "
                                + LogFormat.FORMAT_VERSION);
            }
            return new LogSegment(file, size, LogFormat.segmentNumber(page), LogFormat.segmentFirstPosition(page));
        } finally {
            OffHeap.free(MemoryOwner.LOG_BUFFERS, page);
        }
    }
}
