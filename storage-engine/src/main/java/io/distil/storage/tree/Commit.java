package io.distil.storage.tree;

import io.distil.base.BrokenInvariant;
import io.distil.base.StatisticsAccumulator;
import io.distil.base.Times;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;
import io.distil.storage.segment.BlockWriter;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One commit: writes what an overlay makes of a tree as new blocks beside the old ones. Used once.
///
/// It recurses over the halves of the legal span, from earlier to later:
///
/// 1. A span the overlay does not touch is returned as it stands, unread.
/// 2. A touched span of several blocks is split at its middle; the two answers are combined.
/// 3. A touched span of one leaf or none is resolved: its points stream through {@link #pending}, are cut into leaves by
///    further halving, and stay *loose* on a stack until it is known that their neighbour does not join them.
///
/// Combining restores the canonical shape: two halves that together fit a leaf become one leaf (after a delete, say); two
/// lists of entries that together fit a page become one list; others become two nodes. So the shape says nothing about the
/// history, and every block is written once, when its content is final.
///
/// The tempting way, keeping nodes where they were and splitting full ones, makes the tree depend on the order of inserts:
/// replicas that flushed at different moments would differ, and a delete would leave chains of nearly empty nodes behind.
final class Commit implements AutoCloseable {
    private final BlockReader reader;
    private final TreeShape shape;
    private final Scratch scratch;
    private final Overlay changes;
    private final long major;
    private final BlockWriter out;
    private final StatisticsAccumulator sum = new StatisticsAccumulator();

    /// Points of spans whose leaf is not written yet; the spans of the recursion's path, earliest at the bottom.
    private final LeafPoints loose;

    /// Resolved points of the region at hand that are not in a leaf or loose yet, from {@link #pendingFrom} on.
    private final LeafPoints pending;

    private int pendingFrom;

    // The region at hand: a span that is one leaf in the old tree, or nothing, or the duplicates of one nanosecond.
    private long regionUntil;
    private long resolvedUntil;
    private List<Entry> regionEntries = List.of();
    private List<Entry> regionLeaves = List.of();

    private MemorySegment body;

    Commit(BlockReader reader, TreeShape shape, Scratch scratch, Overlay changes, long major, BlockWriter out) {
        this.reader = reader;
        this.shape = shape;
        this.scratch = scratch;
        this.changes = changes;
        this.major = major;
        this.out = out;
        this.loose = scratch.loose;
        this.pending = scratch.pending;
        loose.clear();
        this.body =
                OffHeap.allocate(
                        MemoryOwner.TREE_COMMIT,
                        Math.max(
                                LeafBlocks.encodedBytesMax(shape.leafPointsMax()),
                                (long) shape.entriesMax() * EntryDescriptor.ENTRY_BYTES));
    }

    SeriesRoot run(SeriesRoot base) throws IOException {
        Part before = base.isEmpty() ? Part.NOTHING : new Part.One(base.entry());
        Part after = apply(Times.MIN, Times.SPAN_WIDTH_LOG2, before);
        if (after == before) {
            return base;
        }
        if (after == Part.NOTHING) {
            return SeriesRoot.EMPTY;
        }
        long looseCount = after instanceof Part.Loose ? after.count() : 0;
        BrokenInvariant.check(
                loose.count() == looseCount, loose.count() - looseCount + " points were left out of the tree");
        return SeriesRoot.of(reference(settle(after)));
    }

    /// What the points of the span become; `part` itself if they stay the same.
    private Part apply(long from, int widthLog2, Part part) throws IOException {
        long until = from + (1L << widthLog2);
        if (changes.isEmpty(from, until)) {
            return part;
        }
        if (part == Part.NOTHING) {
            return rebuild(from, widthLog2, List.of());
        }
        List<Entry> entries = entriesOf(part);
        long first = entries.getFirst().first();
        long last = entries.getLast().last();
        if (changes.isErased(first, last + 1)) {
            return rebuild(from, widthLog2, List.of());
        }
        if (first == last || entries.size() == 1) {
            Part rebuilt = rebuild(from, widthLog2, entries);
            return isUnchanged(rebuilt, entries) ? part : rebuilt;
        }
        long middle = from + (1L << (widthLog2 - 1));
        int split = Pages.firstBeginningAtOrAfter(entries, middle);
        Part leftBefore = Part.of(entries.subList(0, split));
        Part rightBefore = Part.of(entries.subList(split, entries.size()));
        Part left = apply(from, widthLog2 - 1, leftBefore);
        Part right = apply(middle, widthLog2 - 1, rightBefore);
        return left == leftBefore && right == rightBefore ? part : combine(left, right);
    }

    /// Resolves the span over the points of `entries`, which are all the tree has there.
    private Part rebuild(long from, int widthLog2, List<Entry> entries) throws IOException {
        boolean isNode = !entries.isEmpty() && !entries.getFirst().isLeaf();
        regionEntries = entries;
        regionLeaves = isNode ? Pages.read(reader, entries.getFirst()) : entries;
        regionUntil = from + (1L << widthLog2);
        resolvedUntil = from;
        pending.clear();
        pendingFrom = 0;
        LeafPoints base = scratch.base;
        base.clear();
        for (Entry leaf : regionLeaves) {
            scratch.leaves.read(leaf.block(), leaf.count(), base);
        }
        Part built = build(from, widthLog2);
        BrokenInvariant.check(pendingFrom == pending.count(), "points of a region were left out");
        return built;
    }

    /// Takes the points of the span from {@link #pending}, filling it as needed, and cuts them into leaves.
    private Part build(long from, int widthLog2) throws IOException {
        long until = from + (1L << widthLog2);
        resolveUntil(until);
        int end = pending.lowerBound(until);
        int n = end - pendingFrom;
        if (n == 0) {
            return Part.NOTHING;
        }
        if (n <= shape.leafPointsMax()) {
            int looseFrom = loose.count();
            loose.appendAll(pending, pendingFrom, end);
            pendingFrom = end;
            return new Part.Loose(looseFrom, loose.count());
        }
        if (widthLog2 == 0) {
            return buildDuplicates(end);
        }
        Part left = build(from, widthLog2 - 1);
        Part right = build(from + (1L << (widthLog2 - 1)), widthLog2 - 1);
        return combine(left, right);
    }

    /// Resolves on until all of the span is pending, or at least one point more than a leaf takes.
    private void resolveUntil(long until) {
        while (resolvedUntil < until && pending.count() - pendingFrom <= shape.leafPointsMax()) {
            resolvedUntil =
                    changes.resolve(scratch.base, resolvedUntil, regionUntil, resolvePoints(), scratch.resolved);
            int left = pending.count() - pendingFrom;
            System.arraycopy(pending.times(), pendingFrom, pending.times(), 0, left);
            System.arraycopy(pending.values(), pendingFrom, pending.values(), 0, left);
            pending.setCount(left);
            pendingFrom = 0;
            pending.appendAll(scratch.resolved, 0, scratch.resolved.count());
        }
    }

    private int resolvePoints() {
        return 8 * shape.leafPointsMax();
    }

    /// Leaves for more points of one nanosecond than a leaf takes, in the order of their arrival, up to `end` in
    /// {@link #pending}. Leaves of the old tree that hold just these points are kept: appending rewrites only the last.
    private Part buildDuplicates(int end) throws IOException {
        long time = pending.times()[pendingFrom];
        boolean oldOnesFit =
                !regionLeaves.isEmpty()
                        && regionLeaves.getFirst().first() == time
                        && regionLeaves.getLast().last() == time;
        List<Entry> leaves = new ArrayList<>();
        int baseFrom = 0;
        while (pendingFrom < end) {
            int leafEnd = Math.min(pendingFrom + shape.leafPointsMax(), end);
            Entry old = oldOnesFit && leaves.size() < regionLeaves.size() ? regionLeaves.get(leaves.size()) : null;
            if (old != null && equalsBase(pending, pendingFrom, leafEnd, baseFrom, baseFrom + (int) old.count())) {
                leaves.add(old);
            } else {
                leaves.add(writeLeaf(pending, pendingFrom, leafEnd));
            }
            baseFrom += old == null ? 0 : (int) old.count();
            pendingFrom = leafEnd;
        }
        if (leaves.size() <= shape.entriesMax()) {
            return Part.of(leaves);
        }
        boolean same = leaves.equals(regionLeaves) && regionEntries.size() == 1;
        return new Part.One(same ? regionEntries.getFirst() : writeNode(leaves));
    }

    /// True if the region came out as it went in, bit for bit; what it left on the stack is dropped then.
    private boolean isUnchanged(Part rebuilt, List<Entry> entries) {
        return switch (rebuilt) {
            case Part.Nothing nothing -> false;
            case Part.One one -> entries.size() == 1 && entries.getFirst().equals(one.entry());
            case Part.Many many -> many.entries().equals(entries);
            case Part.Loose points -> {
                boolean same = equalsBase(loose, points.from(), points.until(), 0, scratch.base.count());
                if (same) {
                    loose.setCount(points.from());
                }
                yield same;
            }
        };
    }

    private boolean equalsBase(LeafPoints points, int from, int until, int baseFrom, int baseUntil) {
        LeafPoints base = scratch.base;
        return Arrays.equals(points.times(), from, until, base.times(), baseFrom, baseUntil)
                && Arrays.equals(points.values(), from, until, base.values(), baseFrom, baseUntil);
    }

    private Part combine(Part left, Part right) throws IOException {
        if (left == Part.NOTHING) {
            return right;
        }
        if (right == Part.NOTHING) {
            return left;
        }
        if (left.count() + right.count() <= shape.leafPointsMax()) {
            return join(left, right);
        }
        int looseFrom = looseFrom(left, right);
        Part settledLeft = settle(left);
        Part settledRight = settle(right);
        loose.setCount(looseFrom);
        if (entryCount(settledLeft) + entryCount(settledRight) > shape.entriesMax()) {
            return Part.of(List.of(reference(settledLeft), reference(settledRight)));
        }
        List<Entry> both = new ArrayList<>(shape.entriesMax());
        both.addAll(entriesOf(settledLeft));
        both.addAll(entriesOf(settledRight));
        return Part.of(both);
    }

    /// One loose part of two neighbours that fit a leaf together. Each is loose already, or one leaf of the old tree.
    private Part join(Part left, Part right) throws IOException {
        int from = looseFrom(left, right);
        if (left instanceof Part.One leaf) {
            insert(from, leaf.entry());
        }
        if (right instanceof Part.One leaf) {
            scratch.leaves.read(leaf.entry().block(), leaf.entry().count(), loose);
        }
        return new Part.Loose(from, loose.count());
    }

    /// Where the loose points of two neighbours begin: those of the right one lie right above those of the left one.
    private int looseFrom(Part left, Part right) {
        if (left instanceof Part.Loose points) {
            return points.from();
        }
        return right instanceof Part.Loose points ? points.from() : loose.count();
    }

    /// Puts the points of a leaf under the loose points that begin at `at`.
    private void insert(int at, Entry leaf) throws IOException {
        LeafPoints above = scratch.base;
        above.clear();
        above.appendAll(loose, at, loose.count());
        loose.setCount(at);
        scratch.leaves.read(leaf.block(), leaf.count(), loose);
        loose.appendAll(above, 0, above.count());
    }

    /// The part with its points in a block.
    private Part settle(Part part) throws IOException {
        return part instanceof Part.Loose points ? new Part.One(writeLeaf(loose, points.from(), points.until())) : part;
    }

    /// How many entries the span's list has, without reading it.
    private int entryCount(Part settled) {
        return switch (settled) {
            case Part.One one -> isOpaque(one.entry()) ? 1 : one.entry().pageEntryCount();
            case Part.Many many -> many.entries().size();
            case Part.Nothing nothing -> 0;
            case Part.Loose points -> throw new BrokenInvariant("loose points have no entry");
        };
    }

    /// The span's list of entries.
    private List<Entry> entriesOf(Part settled) throws IOException {
        return switch (settled) {
            case Part.One one -> isOpaque(one.entry()) ? List.of(one.entry()) : Pages.read(reader, one.entry());
            case Part.Many many -> many.entries();
            case Part.Nothing nothing -> List.of();
            case Part.Loose points -> throw new BrokenInvariant("loose points have no entry");
        };
    }

    private boolean isOpaque(Entry entry) {
        return entry.isLeaf() || Pages.isDuplicatesNode(entry, shape);
    }

    /// The one entry that stands for the span in a page above: its block, or a node over its list.
    private Entry reference(Part settled) throws IOException {
        return settled instanceof Part.One one ? one.entry() : writeNode(entriesOf(settled));
    }

    private Entry writeLeaf(LeafPoints points, int from, int until) throws IOException {
        sum.reset();
        sum.addAll(points.values(), from, until);
        int bytes = scratch.leaves.encode(points, from, until, body);
        BlockRef ref = out.write(BlockKind.SERIES_LEAF, major, body, bytes);
        return new Entry(points.times()[from], points.times()[until - 1], sum.toStatistics(), ref, 0);
    }

    private Entry writeNode(List<Entry> entries) throws IOException {
        int bytes = entries.size() * EntryDescriptor.ENTRY_BYTES;
        if (bytes > body.byteSize()) {
            OffHeap.free(MemoryOwner.TREE_COMMIT, body);
            body = OffHeap.allocate(MemoryOwner.TREE_COMMIT, bytes);
        }
        for (int i = 0; i < entries.size(); i++) {
            EntryDescriptor.encode(entries.get(i), body, i);
        }
        Pages.sum(entries, sum);
        BlockRef ref = out.write(BlockKind.SERIES_NODE, major, body, bytes);
        return new Entry(entries.getFirst().first(), entries.getLast().last(), sum.toStatistics(), ref, entries.size());
    }

    @Override
    public void close() {
        OffHeap.free(MemoryOwner.TREE_COMMIT, body);
    }
}
