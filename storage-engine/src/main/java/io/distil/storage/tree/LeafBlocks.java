package io.distil.storage.tree;

import io.distil.base.CorruptBlock;
import io.distil.storage.codec.LeafCodec;
import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.Block;
import io.distil.storage.segment.BlockKind;
import io.distil.storage.segment.BlockReader;
import io.distil.storage.segment.BlockRef;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Reads leaf blocks into points, and encodes points for them. One owner thread; belongs to a {@link Scratch}.
final class LeafBlocks {
    private final BlockReader reader;
    private final LeafCodec codec = new LeafCodec();
    private final LeafPoints further = new LeafPoints(0);

    LeafBlocks(BlockReader reader) {
        this.reader = reader;
    }

    /// Appends the points of a leaf to `points`.
    ///
    /// @param countWanted what the leaf's entry says
    void read(BlockRef leaf, long countWanted, LeafPoints points) throws IOException {
        LeafPoints decoded = points.count() == 0 ? points : further;
        try (Block block = reader.read(leaf, BlockKind.SERIES_LEAF)) {
            codec.decode(block.body(), decoded);
        } catch (CorruptBlock e) {
            throw new CorruptBlock("leaf " + leaf + ": " + e.getMessage(), e);
        }
        if (decoded.count() != countWanted) {
            throw new CorruptBlock(
                    "leaf " + leaf + " holds " + decoded.count() + " points, its parent says " + countWanted);
        }
        if (decoded != points) {
            points.appendAll(further, 0, further.count());
        }
    }

    /// Encodes `points[from, until)` into `body`.
    ///
    /// @return the bytes written, at most {@link #encodedBytesMax}
    int encode(LeafPoints points, int from, int until, MemorySegment body) {
        return codec.encode(points, from, until, body);
    }

    static int encodedBytesMax(int pointCount) {
        return LeafCodec.boundBytes(pointCount);
    }
}
