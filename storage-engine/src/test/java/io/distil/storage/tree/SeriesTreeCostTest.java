package io.distil.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.TimeRange;
import io.distil.base.api.Direction;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;
import io.distil.storage.segment.MemoryBlocks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;

/// How many blocks questions read and commits write: by the answer's size, not by the points below.
class SeriesTreeCostTest {
    private static final TreeShape SHAPE = new TreeShape(256, 64);
    private static final long STEP = 1 << 20;

    private final MemoryBlocks blocks = new MemoryBlocks();
    private final SeriesTree tree = new SeriesTree(blocks, SHAPE);

    @AfterEach
    void nothingStaysPinned() {
        blocks.close();
    }

    private SeriesRoot regular(int count) throws IOException {
        return tree.commit(SeriesRoot.EMPTY, AddedPoints.regular(0, STEP, count), 1, blocks);
    }

    private long readsOfAlignedWindows(SeriesRoot root, TimeRange range, int widthLog2, int wanted) throws IOException {
        long before = blocks.readCount();
        try (WindowCursor cursor = tree.alignedWindows(root, Overlay.NONE, range, widthLog2);
                WindowBatch batch = new WindowBatch(2 * wanted)) {
            assertThat(cursor.next(batch)).isEqualTo(wanted);
        }
        return blocks.readCount() - before;
    }

    /// A node is opened only if a window ends inside it. So the blocks read rise and fall with how many windows a page
    /// spans, from sixteen for a page of many windows to one for every second window, and never grow with the points.
    @Test
    void aThousandWindowsReadAtMostABlockForEverySecondOneWhateverThePoints() throws IOException {
        int leafPointsLog2 = 4;
        SeriesTree narrow = new SeriesTree(blocks, new TreeShape(1 << leafPointsLog2, 64));
        for (int pointCountLog2 = 10 + leafPointsLog2; pointCountLog2 <= 20; pointCountLog2++) {
            SeriesRoot root =
                    narrow.commit(SeriesRoot.EMPTY, AddedPoints.regular(0, STEP, 1 << pointCountLog2), 1, blocks);
            TimeRange range = new TimeRange(0, STEP << pointCountLog2);
            assertThat(readsOfAlignedWindows(root, range, 20 + pointCountLog2 - 10, 1024))
                    .as("1,024 windows over 2^%d points", pointCountLog2)
                    .isLessThanOrEqualTo(512 + 10);
        }
    }

    /// Leaves of 256 points, windows of 128, 64 and 32: an eighth of a leaf is the narrowest that is kept.
    @Test
    void windowsWithinLeavesDecodeThemOnce() throws IOException {
        int pointCount = 1 << 16;
        SeriesRoot root = regular(pointCount);
        TimeRange range = new TimeRange(0, STEP * pointCount);
        long leaves = pointCount / SHAPE.leafPointsMax();
        assertThat(readsOfAlignedWindows(root, range, 20 + 7, pointCount >> 7)).isGreaterThanOrEqualTo(leaves);
        for (int pointsLog2 = 7; pointsLog2 >= 5; pointsLog2--) {
            assertThat(readsOfAlignedWindows(root, range, 20 + pointsLog2, pointCount >> pointsLog2))
                    .as("windows of 2^%d points, asked again", pointsLog2)
                    .isLessThanOrEqualTo(leaves / (SHAPE.entriesMax() / 2) + 2);
        }
        assertThat(readsOfAlignedWindows(root, range, 20 + 4, pointCount >> 4)).isGreaterThanOrEqualTo(leaves);
    }

    @Test
    void narrowWindowsOverAGapCostNothing() throws IOException {
        SeriesRoot root = treeWithGap();
        long before = blocks.readCount();
        try (WindowCursor cursor = tree.alignedWindows(root, Overlay.NONE, TimeRange.ALL, 0);
                WindowBatch batch = new WindowBatch(10)) {
            assertThat(cursor.next(batch)).isEqualTo(4);
        }
        assertThat(blocks.readCount() - before).isLessThanOrEqualTo(3);
    }

    private SeriesRoot treeWithGap() throws IOException {
        ListedOverlay points = new ListedOverlay();
        for (long time : new long[] {1, 2, 1L << 60, (1L << 60) + 1}) {
            points.insert(time, time, MergePolicy.NEVER);
        }
        return tree.commit(SeriesRoot.EMPTY, points, 1, blocks);
    }

    @Test
    void aCommitWritesOnlyThePathsItTouches() throws IOException {
        SeriesRoot root = regular(1 << 20);
        long before = blocks.blockCount();
        SeriesRoot after =
                tree.commit(root, new ListedOverlay().insert(500_000 * STEP + 1, 1, MergePolicy.NEVER), 2, blocks);
        assertThat(blocks.blockCount() - before)
                .as("a full leaf in a full page: two leaves, two pages, and the way up")
                .isLessThanOrEqualTo(6);
        long appendedFrom = blocks.blockCount();
        tree.commit(after, AddedPoints.regular(STEP << 20, STEP, 1000), 3, blocks);
        assertThat(blocks.blockCount() - appendedFrom).isLessThanOrEqualTo(1000 / 128 + 5);
    }

    @Test
    void aCommitReadsOnlyWhatItTouches() throws IOException {
        SeriesRoot root = regular(1 << 20);
        long before = blocks.readCount();
        tree.commit(root, new ListedOverlay().insert(77 * STEP, 1, MergePolicy.REPLACE), 2, blocks);
        assertThat(blocks.readCount() - before).isLessThanOrEqualTo(5);
        long beforeDelete = blocks.readCount();
        tree.commit(root, new ListedOverlay().erase(new TimeRange(STEP, 1_000_000 * STEP)), 2, blocks);
        assertThat(blocks.readCount() - beforeDelete).as("a deleted stretch is dropped unread").isLessThanOrEqualTo(12);
    }

    @Test
    void aDifferenceReadsOnlyWhatDiffers() throws IOException {
        SeriesRoot before = regular(1 << 20);
        ListedOverlay changes = new ListedOverlay();
        for (long i = 0; i < 4; i++) {
            changes.insert((200_000 * i + 1) * STEP, 1e6, MergePolicy.REPLACE);
        }
        SeriesRoot after = tree.commit(before, changes, 2, blocks);
        long reads = blocks.readCount();
        assertThat(TreeQuestions.changes(tree, before, after, 0)).hasSize(4);
        assertThat(blocks.readCount() - reads).isLessThanOrEqualTo(2 * 4 * 4);
        long coarse = blocks.readCount();
        assertThat(TreeQuestions.changes(tree, before, after, 62)).hasSize(1);
        assertThat(blocks.readCount() - coarse).as("the roots' statistics differ").isZero();
    }

    @Test
    void aNearestPointReadsOnePath() throws IOException {
        SeriesRoot root = regular(1 << 20);
        for (Direction direction : Direction.values()) {
            long before = blocks.readCount();
            assertThat(tree.nearest(root, Overlay.NONE, 600_000 * STEP + 5, direction)).isPresent();
            assertThat(blocks.readCount() - before).isLessThanOrEqualTo(5);
        }
    }

    @Test
    void bufferedAdditionsDoNotOpenEntries() throws IOException {
        SeriesRoot root = regular(1 << 20);
        Overlay additions = AddedPoints.regular(5, STEP << 4, 1 << 16);
        long before = blocks.readCount();
        try (WindowCursor cursor = tree.alignedWindows(root, additions, TimeRange.ALL, 36);
                WindowBatch batch = new WindowBatch(100)) {
            assertThat(cursor.next(batch)).isEqualTo(16);
            assertThat(batch.points(0)).isEqualTo((1 << 16) + (1 << 12));
        }
        assertThat(blocks.readCount() - before).isLessThanOrEqualTo(2);
    }
}
