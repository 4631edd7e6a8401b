package io.distil.storage.tree;

import io.distil.storage.codec.LeafPoints;
import io.distil.storage.segment.BlockReader;

/// What one query or commit needs room for: a codec and decoded points, reused from query to query so that nothing is
/// allocated per point. One owner at a time.
final class Scratch {
    final LeafBlocks leaves;

    /// Of the leaves that windows were narrower than; shared by all.
    final LeafPartsCache parts;

    /// The tree's points of the region at hand.
    final LeafPoints base;

    /// What they become under the overlay.
    final LeafPoints resolved;

    /// Used by commits only, so they begin small.
    final LeafPoints pending = new LeafPoints(0);

    final LeafPoints loose = new LeafPoints(0);

    Scratch(BlockReader reader, TreeShape shape, LeafPartsCache parts) {
        leaves = new LeafBlocks(reader);
        this.parts = parts;
        base = new LeafPoints(shape.leafPointsMax());
        resolved = new LeafPoints(shape.leafPointsMax());
    }

    /// True if it had to grow beyond room for that many points.
    boolean isOversized(int pointCount) {
        return Math.max(base.times().length, resolved.times().length) > pointCount
                || Math.max(pending.times().length, loose.times().length) > pointCount;
    }
}
