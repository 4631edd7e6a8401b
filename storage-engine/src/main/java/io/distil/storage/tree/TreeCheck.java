package io.distil.storage.tree;

import io.distil.base.BrokenInvariant;
import io.distil.base.StatisticsAccumulator;
import io.distil.base.Times;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.BlockReader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reads a whole tree and holds it against its definition: order, bounds, statistics, and the canonical shape. What it
/// finds wrong is a bug of ours, because the blocks themselves passed their checksums. Used once.
final class TreeCheck {
    private final BlockReader reader;
    private final TreeShape shape;
    private final Scratch scratch;
    private final StatisticsAccumulator sum = new StatisticsAccumulator();

    TreeCheck(BlockReader reader, TreeShape shape, Scratch scratch) {
        this.reader = reader;
        this.shape = shape;
        this.scratch = scratch;
    }

    void run(SeriesRoot root) throws IOException {
        if (!root.isEmpty()) {
            listOf(Times.MIN, Times.SPAN_WIDTH_LOG2, List.of(root.entry()));
        }
    }

    /// The span's canonical list of entries, given what is stored for it: that list itself, or one node over it.
    private List<Entry> listOf(long from, int widthLog2, List<Entry> stored) throws IOException {
        if (stored.isEmpty()) {
            return stored;
        }
        long until = from + (1L << widthLog2);
        check(
                stored.getFirst().first() >= from && stored.getLast().last() < until,
                "entries leave their span [" + from + ", " + until + ")",
                stored);
        if (stored.size() == 1) {
            Entry only = stored.getFirst();
            if (only.isLeaf()) {
                checkLeaf(only);
                return stored;
            }
            List<Entry> page = readPage(only);
            if (Pages.isDuplicatesNode(only, shape)) {
                checkDuplicates(page);
                return stored;
            }
            List<Entry> list = listOf(from, widthLog2, page);
            check(list.equals(page), "node " + only + " does not hold the list of its span", list);
            return list;
        }
        long count = stored.stream().mapToLong(Entry::count).sum();
        check(count > shape.leafPointsMax(), count + " points would fit one leaf", stored);
        if (stored.getFirst().first() == stored.getLast().last()) {
            checkDuplicates(stored);
            check(stored.size() <= shape.entriesMax(), "too many duplicates beside other entries", stored);
            return stored;
        }
        return listOfHalves(from, widthLog2, stored);
    }

    private List<Entry> listOfHalves(long from, int widthLog2, List<Entry> stored) throws IOException {
        long middle = from + (1L << (widthLog2 - 1));
        int split = Pages.firstBeginningAtOrAfter(stored, middle);
        List<Entry> storedLeft = stored.subList(0, split);
        List<Entry> storedRight = stored.subList(split, stored.size());
        List<Entry> left = listOf(from, widthLog2 - 1, storedLeft);
        List<Entry> right = listOf(middle, widthLog2 - 1, storedRight);
        List<Entry> both = new ArrayList<>(left);
        both.addAll(right);
        if (left.isEmpty() || right.isEmpty() || both.size() <= shape.entriesMax()) {
            check(both.equals(stored), "halves of " + both.size() + " entries belong into one page", stored);
        } else {
            check(
                    storedLeft.size() == 1 && storedRight.size() == 1,
                    "halves of " + both.size() + " entries belong into two nodes",
                    stored);
        }
        return stored;
    }

    private List<Entry> readPage(Entry node) throws IOException {
        List<Entry> page = Pages.read(reader, node);
        Pages.sum(page, sum);
        check(
                sum.toStatistics().equals(node.statistics()),
                "statistics of " + node + " are not those of its page",
                page);
        check(
                node.first() == page.getFirst().first() && node.last() == page.getLast().last(),
                "bounds of " + node + " are not those of its page",
                page);
        for (int i = 1; i < page.size(); i++) {
            check(page.get(i - 1).last() <= page.get(i).first(), "entries out of order", page);
        }
        return page;
    }

    /// The leaves of one nanosecond: all full but the last.
    private void checkDuplicates(List<Entry> leaves) throws IOException {
        for (int i = 0; i < leaves.size(); i++) {
            Entry leaf = leaves.get(i);
            check(leaf.isLeaf() && leaf.first() == leaves.getFirst().first(), "not leaves of one time", leaves);
            check(
                    leaf.count() == shape.leafPointsMax() || i == leaves.size() - 1,
                    "leaf " + leaf + " of duplicates is not full",
                    leaves);
            checkLeaf(leaf);
        }
    }

    private void checkLeaf(Entry leaf) throws IOException {
        List<Entry> self = List.of(leaf);
        check(leaf.count() <= shape.leafPointsMax(), "leaf " + leaf + " is too large", self);
        LeafPoints points = scratch.base;
        points.clear();
        scratch.leaves.read(leaf.block(), leaf.count(), points);
        int n = points.count();
        check(n == leaf.count(), "leaf " + leaf + " holds " + n + " points", self);
        for (int i = 1; i < n; i++) {
            check(points.times()[i - 1] <= points.times()[i], "points of leaf " + leaf + " are out of order", self);
        }
        check(
                points.times()[0] == leaf.first() && points.times()[n - 1] == leaf.last(),
                "bounds of " + leaf + " are not those of its points",
                self);
        sum.reset();
        sum.addAll(points.values(), 0, n);
        check(sum.toStatistics().equals(leaf.statistics()), "statistics of " + leaf + " are not its points'", self);
    }

    private static void check(boolean holds, String sentence, List<Entry> found) {
        if (!holds) {
            throw new BrokenInvariant("series tree: " + sentence + "; found " + found);
        }
    }
}
