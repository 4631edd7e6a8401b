package io.distil.storage.tree;

import io.distil.base.BrokenInvariant;
import io.distil.storage.codec.LeafCodec;

/// How large the parts of a series tree may grow. The shape of a tree depends on these two numbers and its points, and on
/// nothing else; all trees of a store share them, and a store keeps them for life.
///
/// @param leafPointsMax the most points in one leaf block
/// @param entriesMax the most entries in one node block; only the duplicates of a single nanosecond may exceed it
public record TreeShape(int leafPointsMax, int entriesMax) {
    /// Chosen by measurement: `docs/decisions/0002-tree-shape.md`.
    public static final TreeShape DEFAULT = new TreeShape(2048, 16);

    public TreeShape {
        BrokenInvariant.check(
                leafPointsMax >= 1 && leafPointsMax <= LeafCodec.POINT_COUNT_MAX,
                "leafPointsMax is " + leafPointsMax + ", 1.." + LeafCodec.POINT_COUNT_MAX + " is wanted");
        BrokenInvariant.check(entriesMax >= 2, "entriesMax is " + entriesMax + ", at least 2 is wanted");
    }
}
