package io.distil.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;
import io.distil.base.Refused;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.Direction;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;
import io.distil.storage.segment.MemoryBlocks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/// What the ancestors' users rely on, and what they were let down by, case by case.
class SeriesTreeTest {
    private static final TreeShape SMALL = new TreeShape(8, 4);

    private final MemoryBlocks blocks = new MemoryBlocks();
    private final SeriesTree tree = new SeriesTree(blocks, SMALL);

    @AfterEach
    void nothingIsLeft() {
        blocks.close();
        assertThat(OffHeap.bytes(MemoryOwner.TREE_COMMIT)).isZero();
        assertThat(OffHeap.bytes(MemoryOwner.BATCHES)).isZero();
    }

    private SeriesRoot treeOf(long... times) throws IOException {
        ListedOverlay points = new ListedOverlay();
        for (long time : times) {
            points.insert(time, time, MergePolicy.NEVER);
        }
        return tree.commit(SeriesRoot.EMPTY, points, 1, blocks);
    }

    private List<Long> startsOfAligned(SeriesRoot root, long from, long until, int widthLog2) throws IOException {
        return TreeQuestions.windows(tree.alignedWindows(root, Overlay.NONE, new TimeRange(from, until), widthLog2), 3)
                .stream()
                .map(ModelSeries.Window::start)
                .toList();
    }

    private List<Long> counts(SeriesRoot root, TimeRange range, long width, int depthLog2) throws IOException {
        return TreeQuestions.windows(tree.windows(root, Overlay.NONE, range, width, depthLog2), 3).stream()
                .map(window -> window.statistics().count())
                .toList();
    }

    @Test
    void bothEndsOfAnAlignedQueryAreRoundedDown() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(11_000, 12_000).toArray());
        List<Long> seven = LongStream.range(0, 7).map(i -> 11_136 + 64 * i).boxed().toList();
        assertThat(startsOfAligned(root, 11_136, 11_647, 6)).isEqualTo(seven);
        assertThat(startsOfAligned(root, 11_199, 11_584, 6)).isEqualTo(seven);
        assertThat(startsOfAligned(root, 11_199, 11_200, 6)).containsExactly(11_136L);
        assertThat(startsOfAligned(root, 11_136, 11_199, 6)).isEmpty();
    }

    @Test
    void negativeTimesAlignAsPositiveOnesDo() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(-18_900, -18_300).toArray());
        assertThat(startsOfAligned(root, -18_864, -18_353, 6))
                .isEqualTo(LongStream.range(0, 8).map(i -> -18_880 + 64 * i).boxed().toList());
        assertThat(counts(root, new TimeRange(-18_864, -18_353), 64, 0)).containsOnly(64L).hasSize(7);
    }

    @Test
    void theWidestWindowIsOneOverAllOfTime() throws IOException {
        SeriesRoot root = treeOf(Times.MIN, -5, 0, 5, Times.LIMIT - 1);
        long readsBefore = blocks.readCount();
        List<ModelSeries.Window> windows =
                TreeQuestions.windows(tree.alignedWindows(root, Overlay.NONE, TimeRange.ALL, 62), 10);
        assertThat(windows).hasSize(1);
        assertThat(windows.getFirst().start()).isEqualTo(Times.MIN);
        assertThat(windows.getFirst().statistics().count()).isEqualTo(5);
        assertThat(blocks.readCount()).as("answered by the root alone").isEqualTo(readsBefore);
    }

    @Test
    void windowsReachBothEdgesOfTime() throws IOException {
        SeriesRoot root = treeOf(Times.MIN, Times.MIN + 1, Times.LIMIT - 2, Times.LIMIT - 1);
        assertThat(startsOfAligned(root, Times.MIN, Times.MIN + 2, 0)).containsExactly(Times.MIN, Times.MIN + 1);
        assertThat(startsOfAligned(root, Times.MIN, Times.MIN + 1, 0)).containsExactly(Times.MIN);
        assertThat(startsOfAligned(root, Times.LIMIT - 2, Times.LIMIT, 1)).containsExactly(Times.LIMIT - 2);
        assertThat(counts(root, new TimeRange(Times.LIMIT - 3, Times.LIMIT), 1, 0)).containsExactly(0L, 1L, 1L);
        assertThat(counts(root, TimeRange.ALL, 1L << 61, 0)).containsExactly(2L, 2L);
        assertThat(counts(root, TimeRange.ALL, 1L << 62, 0)).containsExactly(4L);
    }

    @Test
    void aWidthBeyondTheRangeGivesNoWindow() throws IOException {
        SeriesRoot root = treeOf(1, 2, 3);
        assertThat(counts(root, TimeRange.ALL, Long.MAX_VALUE, 0)).isEmpty();
        assertThat(counts(root, new TimeRange(0, 9), 10, 0)).isEmpty();
        assertThat(counts(root, new TimeRange(0, 9), 4, 0)).containsExactly(3L, 0L);
    }

    @Test
    void anEmptySeriesHasEmptyWindowsNoPointsAndNoNearest() throws IOException {
        assertThat(counts(SeriesRoot.EMPTY, new TimeRange(0, 10), 3, 0)).containsExactly(0L, 0L, 0L);
        assertThat(startsOfAligned(SeriesRoot.EMPTY, 0, 1 << 20, 3)).isEmpty();
        for (Direction direction : Direction.values()) {
            assertThat(tree.nearest(SeriesRoot.EMPTY, Overlay.NONE, 0, direction)).isEmpty();
        }
        assertThat(tree.commit(SeriesRoot.EMPTY, Overlay.NONE, 1, blocks)).isSameAs(SeriesRoot.EMPTY);
        assertThat(TreeQuestions.changes(tree, SeriesRoot.EMPTY, SeriesRoot.EMPTY, 0)).isEmpty();
    }

    @Test
    void widthsThatMeanNothingAreRefused() throws IOException {
        SeriesRoot root = treeOf(1);
        assertThatThrownBy(() -> tree.windows(root, Overlay.NONE, TimeRange.ALL, 0, 0)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> tree.windows(root, Overlay.NONE, TimeRange.ALL, 1, 63)).isInstanceOf(Refused.class);
        assertThatThrownBy(() -> tree.alignedWindows(root, Overlay.NONE, TimeRange.ALL, 63))
                .isInstanceOf(Refused.class);
        assertThatThrownBy(() -> tree.changes(root, root, -1, (from, until) -> {})).isInstanceOf(Refused.class);
    }

    @Test
    void nearestIsInclusiveForwardAndExclusiveBackward() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(0, 100).map(i -> 10 * i).toArray());
        assertThat(tree.nearest(root, Overlay.NONE, 500, Direction.FORWARD)).contains(new Point(500, 500));
        assertThat(tree.nearest(root, Overlay.NONE, 500, Direction.BACKWARD)).contains(new Point(490, 490));
        assertThat(tree.nearest(root, Overlay.NONE, 501, Direction.FORWARD)).contains(new Point(510, 510));
        assertThat(tree.nearest(root, Overlay.NONE, 501, Direction.BACKWARD)).contains(new Point(500, 500));
        assertThat(tree.nearest(root, Overlay.NONE, 991, Direction.FORWARD)).isEmpty();
        assertThat(tree.nearest(root, Overlay.NONE, 0, Direction.BACKWARD)).isEmpty();
        assertThat(tree.nearest(root, Overlay.NONE, 1, Direction.BACKWARD)).contains(new Point(0, 0));
        assertThat(tree.nearest(root, Overlay.NONE, Times.LIMIT - 1, Direction.BACKWARD)).contains(new Point(990, 990));
        assertThat(tree.nearest(root, Overlay.NONE, Times.LIMIT, Direction.BACKWARD)).contains(new Point(990, 990));
    }

    @Test
    void nearestSeesErasedReplacedAndAddedPoints() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(0, 100).toArray());
        ListedOverlay overlay =
                new ListedOverlay(false)
                        .erase(new TimeRange(10, 90))
                        .insert(95, -1, MergePolicy.REPLACE)
                        .insert(200, 7, MergePolicy.RETAIN);
        assertThat(tree.nearest(root, overlay, 10, Direction.FORWARD)).contains(new Point(90, 90));
        assertThat(tree.nearest(root, overlay, 90, Direction.BACKWARD)).contains(new Point(9, 9));
        assertThat(tree.nearest(root, overlay, 96, Direction.BACKWARD)).contains(new Point(95, -1));
        assertThat(tree.nearest(root, overlay, 100, Direction.FORWARD)).contains(new Point(200, 7));
        assertThat(tree.nearest(root, overlay, 300, Direction.BACKWARD)).contains(new Point(200, 7));
    }

    @Test
    void thousandsOfDuplicatesOfOneNanosecondAreAllKeptInOrder() throws IOException {
        SeriesRoot root = treeOf(1, 2, 3, 5, 6, 7);
        List<Double> wanted = new ArrayList<>();
        for (int batch = 0; batch < 5; batch++) {
            ListedOverlay duplicates = new ListedOverlay();
            for (int i = 0; i < 500; i++) {
                duplicates.insert(4, batch * 500 + i, MergePolicy.NEVER);
                wanted.add(batch * 500.0 + i);
            }
            long blocksBefore = blocks.blockCount();
            root = tree.commit(root, duplicates, 2 + batch, blocks);
            tree.check(root);
            assertThat(blocks.blockCount() - blocksBefore)
                    .as("full leaves of duplicates are kept")
                    .isLessThan(500 / SMALL.leafPointsMax() + 10);
        }
        List<Point> points = TreeQuestions.points(tree.points(root, Overlay.NONE, new TimeRange(4, 5)), 7);
        assertThat(points.stream().map(Point::value)).isEqualTo(wanted);
        assertThat(counts(root, new TimeRange(3, 6), 1, 0)).containsExactly(1L, 2500L, 1L);
        ListedOverlay one = new ListedOverlay().insert(4, 17, MergePolicy.EQUAL);
        assertThat(tree.commit(root, one, 9, blocks)).as("17 is present").isSameAs(root);
        SeriesRoot replaced = tree.commit(root, new ListedOverlay().insert(4, 1, MergePolicy.REPLACE), 9, blocks);
        assertThat(replaced.statistics().count()).isEqualTo(7);
        tree.check(replaced);
    }

    @Test
    void specialValuesKeepTheirBits() throws IOException {
        double[] values = {-0.0, 0.0, Double.MIN_VALUE, -Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE, 0.1};
        ListedOverlay points = new ListedOverlay();
        for (int i = 0; i < values.length; i++) {
            points.insert(i, values[i], MergePolicy.NEVER);
        }
        SeriesRoot root = tree.commit(SeriesRoot.EMPTY, points, 1, blocks);
        assertThat(
                        TreeQuestions.points(tree.points(root, Overlay.NONE, TimeRange.ALL), 3).stream()
                                .map(point -> Double.doubleToRawLongBits(point.value())))
                .isEqualTo(Arrays.stream(values).mapToObj(Double::doubleToRawLongBits).toList());
        assertThat(root.statistics().max()).isEqualTo(Double.MAX_VALUE);
        assertThat(root.statistics().mean()).isFinite();
        tree.check(root);
    }

    @Test
    void deletesThatMatchNothingMakeNoVersion() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(0, 100).toArray());
        long blocksBefore = blocks.blockCount();
        assertThat(tree.commit(root, new ListedOverlay().erase(new TimeRange(100, 1000)), 2, blocks)).isSameAs(root);
        ListedOverlay same = new ListedOverlay().erase(new TimeRange(5, 6)).insert(5, 5, MergePolicy.NEVER);
        assertThat(tree.commit(root, same, 2, blocks)).as("erased and put back").isSameAs(root);
        assertThat(blocks.blockCount()).isEqualTo(blocksBefore);
    }

    @Test
    void whatIsLeftAfterADeleteCollapsesIntoOneLeaf() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(0, 1000).toArray());
        SeriesRoot left = tree.commit(root, new ListedOverlay().erase(new TimeRange(3, 996)), 2, blocks);
        assertThat(left.entry().isLeaf()).isTrue();
        assertThat(left.statistics().count()).isEqualTo(7);
        SeriesRoot none = tree.commit(left, new ListedOverlay().erase(TimeRange.ALL), 3, blocks);
        assertThat(none).isSameAs(SeriesRoot.EMPTY);
        assertThat(tree.commit(none, new ListedOverlay().insert(1, 1, MergePolicy.NEVER), 4, blocks).firstTime())
                .isEqualTo(1);
    }

    @Test
    void aDepthCountsNarrowEntriesWholeInTheWindowOfTheirFirstPoint() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(0, 4096).toArray());
        TimeRange range = new TimeRange(0, 4096);
        for (int depthLog2 = 0; depthLog2 < 16; depthLog2++) {
            List<Long> counts = counts(root, range, 100, depthLog2);
            long sum = 0;
            for (int i = 0; i < counts.size(); i++) {
                sum += counts.get(i);
                long exact = 100L * (i + 1);
                assertThat(sum).isBetween(exact, Math.min(4096, exact + (1L << depthLog2) - 1));
            }
        }
        assertThat(counts(root, range, 100, 62).getFirst()).as("the root is not opened").isEqualTo(4096);
        assertThat(counts(root, new TimeRange(1, 4096), 100, 62)).as("it began before the range").containsOnly(0L);
    }

    @Test
    void theSpreadOfNearValuesKeepsItsDigits() throws IOException {
        ListedOverlay points = new ListedOverlay();
        for (int i = 0; i < 10_000; i++) {
            points.insert(i, 1e9 + (i % 2), MergePolicy.NEVER);
        }
        SeriesRoot root = tree.commit(SeriesRoot.EMPTY, points, 1, blocks);
        assertThat(root.statistics().stddev()).isCloseTo(0.5, within(1e-9));
        assertThat(root.statistics().mean()).isCloseTo(1e9 + 0.5, within(1e-6));
    }

    @Test
    void aRootSurvivesItsEncoding() throws IOException {
        MemorySegment bytes = MemorySegment.ofArray(new byte[3 + SeriesRoot.ENCODED_BYTES]);
        for (SeriesRoot root : List.of(SeriesRoot.EMPTY, treeOf(1, 2), treeOf(LongStream.range(0, 99).toArray()))) {
            root.encode(bytes, 3);
            SeriesRoot decoded = SeriesRoot.decode(bytes, 3);
            assertThat(decoded).isEqualTo(root);
            tree.check(decoded);
        }
        assertThatThrownBy(() -> SeriesRoot.decode(MemorySegment.ofArray(new byte[80]).fill((byte) 0x71), 0))
                .isInstanceOf(CorruptBlock.class);
    }

    @Test
    void aDamagedBlockIsReportedAndNothingStaysPinned() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(0, 1000).toArray());
        Entry leaf = root.entry();
        while (!leaf.isLeaf()) {
            leaf = Pages.read(blocks, leaf).getLast();
        }
        blocks.damage(leaf.block());
        try (PointCursor cursor = tree.points(root, Overlay.NONE, TimeRange.ALL);
                PointBatch batch = new PointBatch(2000)) {
            assertThatThrownBy(() -> cursor.next(batch)).isInstanceOf(CorruptBlock.class);
        }
        assertThatThrownBy(() -> tree.nearest(root, Overlay.NONE, Times.LIMIT, Direction.BACKWARD))
                .isInstanceOf(CorruptBlock.class);
        assertThatThrownBy(() -> tree.check(root)).isInstanceOf(CorruptBlock.class);
        assertThat(blocks.pinnedCount()).isZero();
        assertThat(counts(root, new TimeRange(0, 1000), 1000, 0)).as("statistics need no leaf").containsExactly(1000L);
    }

    @Test
    void wrongStatisticsAreFoundByTheCheck() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(0, 1000).toArray());
        List<Entry> page = Pages.read(blocks, root.entry());
        Entry first = page.getFirst();
        MemorySegment body = MemorySegment.ofArray(new byte[root.entry().block().bytes()]);
        for (int i = 0; i < page.size(); i++) {
            EntryDescriptor.encode(page.get(i), body, i);
        }
        EntryDescriptor.encode(
                new Entry(
                        first.first(),
                        first.last(),
                        page.getLast().statistics(),
                        first.block(),
                        first.pageEntryCount()),
                body,
                0);
        blocks.replaceBody(root.entry().block(), body);
        assertThatThrownBy(() -> tree.check(root))
                .isInstanceOf(BrokenInvariant.class)
                .hasMessageContaining("statistics");
    }

    @Test
    void aCommitThatCannotWriteFailsAndTheBaseStands() throws IOException {
        SeriesRoot root = treeOf(LongStream.range(0, 1000).toArray());
        ListedOverlay more = new ListedOverlay().insert(3, 3, MergePolicy.NEVER).insert(900, 3, MergePolicy.NEVER);
        for (int writes = 0; writes < 3; writes++) {
            blocks.failWritesAfter(writes);
            assertThatThrownBy(() -> tree.commit(root, more, 2, blocks)).isInstanceOf(DiskFailed.class);
        }
        tree.check(root);
        assertThat(counts(root, new TimeRange(0, 1000), 1000, 0)).containsExactly(1000L);
    }

    @Test
    void readersOfAllVersionsGoOnWhileCommitsAreMade() throws Exception {
        SeriesTree shared = new SeriesTree(blocks, new TreeShape(64, 8));
        List<SeriesRoot> roots = new ArrayList<>(List.of(SeriesRoot.EMPTY));
        for (int i = 0; i < 20; i++) {
            roots.add(shared.commit(roots.getLast(), AddedPoints.regular(i * 1000, 1, 1000), i + 1, blocks));
        }
        try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
            List<Future<Long>> sums = new ArrayList<>();
            for (int i = 0; i < 80; i++) {
                int version = i % roots.size();
                Callable<Long> reading =
                        () ->
                                (long)
                                        TreeQuestions.points(
                                                        shared.points(roots.get(version), Overlay.NONE, TimeRange.ALL),
                                                        777)
                                                .size();
                sums.add(readers.submit(reading));
            }
            SeriesRoot last = roots.getLast();
            for (int i = 0; i < 50; i++) {
                last = shared.commit(last, AddedPoints.regular(i * 400, 3, 50), 100 + i, blocks);
            }
            shared.check(last);
            for (int i = 0; i < sums.size(); i++) {
                assertThat(sums.get(i).get()).isEqualTo(1000L * (i % roots.size()));
            }
        }
    }
}
