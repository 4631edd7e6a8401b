package io.distil.storage.segment;

import io.distil.base.Checksum;
import io.distil.base.CorruptBlock;
import io.distil.base.Refused;
import io.distil.base.memory.Layouts;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.ring.Disk;
import io.distil.storage.ring.Disk.OpenMode;
import io.distil.storage.ring.DiskFile;
import io.distil.storage.ring.DiskQueue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Walks one segment from its first block to its end. Used once, by one thread.
///
/// Where no whole block begins, it tries every later place at which one could, until one does: the address under each
/// block's checksum makes sure that what is found there is a block and belongs there. Zeros up to the end of a page are no
/// gap: a sync leaves them.
final class SegmentWalk implements AutoCloseable {
    private static final int WINDOW_BYTES = 256 << 10;

    private final BlockLoader loader;
    private final int segmentNumber;
    private final DiskFile file;
    private final DiskQueue queue;
    private final MemorySegment window;
    private final long fileBytes;

    /// The file without a page that is not whole, which holds no block.
    private final long pagesBytes;

    /// Bytes `[windowFrom, windowUntil)` of the file are in the window.
    private long windowFrom;

    private long windowUntil;

    private final Map<BlockKind, Long> blockCounts = new EnumMap<>(BlockKind.class);
    private final List<SegmentSummary.Gap> gaps = new ArrayList<>();
    private long bodyBytes;
    private long gapFrom = -1;
    private String gapReason;

    SegmentWalk(Disk disk, SegmentFiles files, BlockLoader loader, int segmentNumber) throws IOException {
        this.loader = loader;
        this.segmentNumber = segmentNumber;
        file = disk.open(files.path(segmentNumber), OpenMode.READ);
        try {
            fileBytes = file.size();
            pagesBytes = fileBytes / OffHeap.PAGE_BYTES * OffHeap.PAGE_BYTES;
            queue = disk.openQueue(1);
        } catch (IOException e) {
            file.close();
            throw e;
        }
        window = OffHeap.allocatePages(MemoryOwner.DISK_BUFFERS, WINDOW_BYTES);
    }

    SegmentSummary summary() throws IOException {
        checkHeader();
        for (long at = SegmentHeader.BYTES; at + BlockHeader.BYTES <= pagesBytes; ) {
            at = step(at);
        }
        endGap(fileBytes);
        return new SegmentSummary(segmentNumber, fileBytes, blockCounts, bodyBytes, gaps);
    }

    private void checkHeader() throws IOException {
        String reason = "the file has only " + fileBytes + " bytes";
        if (fileBytes >= SegmentHeader.BYTES) {
            try {
                SegmentHeader.check(window.asSlice(show(0)), file.name(), segmentNumber, new Checksum());
                return;
            } catch (CorruptBlock | Refused e) {
                reason = e.getMessage();
            }
        }
        gaps.add(new SegmentSummary.Gap(0, Math.min(fileBytes, SegmentHeader.BYTES), reason));
    }

    /// Looks at one place and returns the next.
    private long step(long at) throws IOException {
        long inWindow = show(at);
        if (gapFrom < 0 && window.get(Layouts.INT, inWindow) == 0) {
            return nextPage(at, inWindow);
        }
        BlockHeader.Claim claim = BlockHeader.claimAt(window, inWindow);
        String reason = claim == null ? "no block begins here" : check(at, claim);
        if (reason == null) {
            endGap(at);
            blockCounts.merge(claim.kind(), 1L, Long::sum);
            bodyBytes += claim.bodyBytes();
            return at + BlockHeader.blockBytes(claim.bodyBytes());
        }
        if (gapFrom < 0) {
            gapFrom = at;
            gapReason = reason;
        }
        return at + BlockHeader.ALIGNMENT_BYTES;
    }

    /// The end of the page, if there are zeros up to it; else the first place after them, where a gap begins.
    private long nextPage(long at, long inWindow) {
        long pageEnd = (at / OffHeap.PAGE_BYTES + 1) * OffHeap.PAGE_BYTES;
        for (long next = at; next < pageEnd; next += Integer.BYTES) {
            if (window.get(Layouts.INT, inWindow + next - at) != 0) {
                gapFrom = at;
                gapReason = "zeros, and then something else in the same page";
                return next / BlockHeader.ALIGNMENT_BYTES * BlockHeader.ALIGNMENT_BYTES;
            }
        }
        return pageEnd;
    }

    /// What is wrong with the block, or null.
    private String check(long at, BlockHeader.Claim claim) throws IOException {
        BlockRef ref = new BlockRef(BlockAddress.of(segmentNumber, at), claim.bodyBytes(), claim.version());
        try {
            loader.load(ref, claim.kind()).close();
            return null;
        } catch (CorruptBlock | Refused e) {
            return e.getMessage();
        }
    }

    /// Brings the page of `at` and the one after it into the window; returns where `at` is in it.
    private long show(long at) throws IOException {
        if (at < windowFrom || Math.min(pagesBytes, at + 2L * OffHeap.PAGE_BYTES) > windowUntil) {
            windowFrom = at / OffHeap.PAGE_BYTES * OffHeap.PAGE_BYTES;
            long bytes = Math.min(WINDOW_BYTES, pagesBytes - windowFrom);
            queue.readNow(file, windowFrom, window, bytes);
            windowUntil = windowFrom + bytes;
        }
        return at - windowFrom;
    }

    private void endGap(long until) {
        if (gapFrom >= 0) {
            gaps.add(new SegmentSummary.Gap(gapFrom, until, gapReason));
            gapFrom = -1;
        }
    }

    @Override
    public void close() throws IOException {
        queue.close();
        OffHeap.free(MemoryOwner.DISK_BUFFERS, window);
        file.close();
    }
}
