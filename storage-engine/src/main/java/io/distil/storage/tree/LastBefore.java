package io.distil.storage.tree;

import io.distil.base.Times;
import io.distil.base.api.Point;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The last point before a time, tree and overlay merged: entries and the gaps between them from the right to the left.
/// Used once. (Forward, the first point of a {@link MergedWalk} is the answer.)
final class LastBefore {
    private static final LeafPoints NO_POINTS = new LeafPoints(0);

    private final BlockReader reader;
    private final Scratch scratch;
    private final Overlay overlay;

    /// Everything at or after this time is not asked for, or has been looked at and holds no point.
    private long until;

    LastBefore(BlockReader reader, Scratch scratch, Overlay overlay, long until) {
        this.reader = reader;
        this.scratch = scratch;
        this.overlay = overlay;
        this.until = until;
    }

    Optional<Point> find(SeriesRoot root) throws IOException {
        if (!root.isEmpty()) {
            MemorySegment page = MemorySegment.ofArray(new byte[SeriesRoot.ENCODED_BYTES]);
            root.encode(page, 0);
            Optional<Point> found = inPage(page, 1);
            if (found.isPresent()) {
                return found;
            }
        }
        return inGap(Times.MIN);
    }

    private Optional<Point> inPage(MemorySegment page, int entryCount) throws IOException {
        for (int i = entryCount - 1; i >= 0; i--) {
            long first = EntryDescriptor.first(page, i);
            if (first >= until) {
                continue;
            }
            long last = EntryDescriptor.last(page, i);
            Optional<Point> found = inGap(last + 1);
            if (found.isPresent()) {
                return found;
            }
            found = inEntry(page, i, first, last);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Point> inEntry(MemorySegment page, int index, long first, long last) throws IOException {
        if (overlay.isErased(first, last + 1)) {
            return inGap(first);
        }
        int pageEntryCount = EntryDescriptor.pageEntryCount(page, index);
        if (pageEntryCount == 0) {
            return inLeaf(page, index, first, last);
        }
        BlockRef ref = EntryDescriptor.block(page, index);
        try (Block block = reader.read(ref, BlockKind.SERIES_NODE)) {
            EntryWalker.checkPage(ref, block.body(), pageEntryCount);
            return inPage(block.body(), pageEntryCount);
        }
    }

    private Optional<Point> inLeaf(MemorySegment page, int index, long first, long last) throws IOException {
        int leafFrom = index;
        // Changes at a time are resolved over all points of that time, even if they fill several leaves.
        while (first == last && leafFrom > 0 && EntryDescriptor.first(page, leafFrom - 1) == first) {
            leafFrom--;
        }
        LeafPoints base = scratch.base;
        base.clear();
        for (int i = leafFrom; i <= index; i++) {
            scratch.leaves.read(EntryDescriptor.block(page, i), EntryDescriptor.count(page, i), base);
        }
        overlay.resolve(base, first, Math.min(last + 1, until), Integer.MAX_VALUE, scratch.resolved);
        until = first;
        return lastResolved();
    }

    /// Looks at the times from `from` on, where the tree has no points.
    private Optional<Point> inGap(long from) {
        while (from < until) {
            long time = overlay.previousTime(from, until);
            if (time == Long.MIN_VALUE) {
                until = from;
            } else {
                overlay.resolve(NO_POINTS, time, time + 1, Integer.MAX_VALUE, scratch.resolved);
                until = time;
                Optional<Point> found = lastResolved();
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Point> lastResolved() {
        int last = scratch.resolved.count() - 1;
        return last < 0
                ? Optional.empty()
                : Optional.of(new Point(scratch.resolved.times()[last], scratch.resolved.values()[last]));
    }
}
