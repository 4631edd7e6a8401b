package io.distil.storage.tree;

import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockRef;
import io.distil.storage.segment.BlockWriter;
import io.distil.storage.segment.MemoryBlocks;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Random;

/// Prints what a point costs on disk under several tree shapes: leaf bodies, block headers and padding, and nodes. The
/// table of `docs/decisions/0002-tree-shape.md`. Also what a flush rewrites when points arrive a thousand at a time.
public final class TreeShapeTable {
    /// Of a segment's blocks; see `io.distil.storage.segment`.
    private static final int BLOCK_HEADER_BYTES = 32;

    private static final int BLOCK_ALIGNMENT_BYTES = 16;

    private static final int POINT_COUNT = 1 << 19;
    private static final long START = 1_700_000_000_000_000_000L;
    private static final int[] LEAF_POINTS = {512, 1024, 2048, 4096};
    private static final int[] ENTRIES = {16, 32, 64, 128};

    private TreeShapeTable() {}

    public static void main(String[] arguments) throws IOException {
        System.out.println(
                "| series | leafPointsMax | points per leaf | leaf bodies | headers and padding |"
                        + " nodes, entriesMax 16 | 32 | 64 | 128 | rewritten, 16 | 32 | 64 | 128 |");
        for (String series : new String[] {"120 Hz", "1 Hz", "one a minute", "irregular"}) {
            LeafPoints points = points(series, new Random(7));
            for (int leafPointsMax : LEAF_POINTS) {
                printRow(series, points, leafPointsMax);
            }
        }
    }

    private static void printRow(String series, LeafPoints points, int leafPointsMax) throws IOException {
        StringBuilder nodes = new StringBuilder();
        StringBuilder rewritten = new StringBuilder();
        CountingWriter bulk = null;
        for (int entriesMax : ENTRIES) {
            TreeShape shape = new TreeShape(leafPointsMax, entriesMax);
            try (MemoryBlocks blocks = new MemoryBlocks()) {
                bulk = new CountingWriter(blocks);
                new SeriesTree(blocks, shape).commit(SeriesRoot.EMPTY, new AddedPoints(points), 1, bulk);
                nodes.append(String.format(Locale.ROOT, " %.3f |", bulk.nodeBytes / (double) POINT_COUNT));
            }
            rewritten.append(String.format(Locale.ROOT, " %.1f |", bytesPerPointInSmallCommits(shape, points)));
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.0f | %.3f | %.3f |%s%s%n",
                series,
                leafPointsMax,
                POINT_COUNT / (double) bulk.leafCount,
                bulk.leafBytes / (double) POINT_COUNT,
                bulk.overheadBytes / (double) POINT_COUNT,
                nodes,
                rewritten);
    }

    /// All bytes written per point when a thousand points are committed at a time, in order, over the last stretch.
    private static double bytesPerPointInSmallCommits(TreeShape shape, LeafPoints points) throws IOException {
        int step = 1000;
        int before = POINT_COUNT - 50 * step;
        try (MemoryBlocks blocks = new MemoryBlocks()) {
            SeriesTree tree = new SeriesTree(blocks, shape);
            SeriesRoot root = tree.commit(SeriesRoot.EMPTY, new AddedPoints(part(points, 0, before)), 1, blocks);
            CountingWriter counting = new CountingWriter(blocks);
            for (int at = before; at < POINT_COUNT; at += step) {
                root = tree.commit(root, new AddedPoints(part(points, at, at + step)), 2, counting);
            }
            return (counting.leafBytes + counting.nodeBytes + counting.overheadBytes) / (double) (POINT_COUNT - before);
        }
    }

    private static LeafPoints part(LeafPoints points, int from, int until) {
        LeafPoints part = new LeafPoints(until - from);
        part.appendAll(points, from, until);
        return part;
    }

    private static LeafPoints points(String series, Random random) {
        LeafPoints points = new LeafPoints(POINT_COUNT);
        double walk = 50;
        long time = START;
        for (int i = 0; i < POINT_COUNT; i++) {
            walk += random.nextGaussian() * 0.05;
            switch (series) {
                // A phasor's magnitude, a 32-bit float, at exact times.
                case "120 Hz" -> points.append(START + i * 1_000_000_000L / 120, (float) (7200 + walk));
                // A meter read once a second, stamped with up to a millisecond of delay.
                case "1 Hz" ->
                        points.append(
                                START + i * 1_000_000_000L + random.nextInt(1_000_000), Math.rint(walk * 100) / 100);
                case "one a minute" -> points.append(START + i * 60_000_000_000L, Math.rint(walk * 10) / 10);
                default -> {
                    time += 1 + (long) (-Math.log(1 - random.nextDouble()) * 1e9);
                    points.append(time, walk);
                }
            }
        }
        return points;
    }

    /// Adds up what is written, with the block store's header and padding.
    private static final class CountingWriter implements BlockWriter {
        private final BlockWriter blocks;
        private long leafCount;
        private long leafBytes;
        private long nodeBytes;
        private long overheadBytes;

        CountingWriter(BlockWriter blocks) {
            this.blocks = blocks;
        }

        @Override
        public BlockRef write(BlockKind kind, long version, MemorySegment body, int bytes) throws IOException {
            long all =
                    (BLOCK_HEADER_BYTES + bytes + BLOCK_ALIGNMENT_BYTES - 1L)
                            / BLOCK_ALIGNMENT_BYTES
                            * BLOCK_ALIGNMENT_BYTES;
            if (kind == BlockKind.SERIES_LEAF) {
                leafCount++;
                leafBytes += bytes;
                overheadBytes += all - bytes;
            } else {
                nodeBytes += all;
            }
            return blocks.write(kind, version, body, bytes);
        }
    }
}
