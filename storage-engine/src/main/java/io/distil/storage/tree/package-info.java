/// The series tree: the points of one stream at every version, with statistics in its nodes.
///
/// It promises that a version once committed never changes; that the same points make the same tree, whatever the history
/// that led to them; and that a question is answered by reading about as many blocks as the answer is long. It knows blocks
/// and their addresses; it does not know files, streams, logs or buffers. What is buffered reaches it as an
/// {@link io.distil.storage.tree.Overlay}, through which reads and commits see the same points by construction.
///
/// Reading order: {@link io.distil.storage.tree.SeriesTree} (the door), {@link io.distil.storage.tree.SeriesRoot} (one
/// version), {@link io.distil.storage.tree.Overlay} (changes not in it yet), {@link io.distil.storage.tree.TreeShape};
/// then `Commit`, which makes the shape, `TreeCheck`, which states it once more, `MergedWalk`, on which the queries stand,
/// and `TreeDiff`. `Entry` and `EntryDescriptor` are what all of them speak of.
///
/// ## The shape
///
/// The legal times `[Times.MIN, Times.LIMIT)` are a span of 2^62 ns. A span is halved until it fits:
///
/// - a span without points is nothing; one with at most `leafPointsMax` points is one leaf; any other is its two halves. A
///   span of 1 ns with more points is as many leaves as it takes, full ones but for the last, in the order of arrival.
/// - the *list* of a span is its leaf's entry; or the lists of its halves, joined, if they are at most `entriesMax` entries
///   together; or else two entries, one for each half. The one entry for a list is its entry if it has just one, and
///   otherwise a node block that holds the list. More than `entriesMax` leaves of one nanosecond are one node.
/// - the root is the one entry for the list of all times.
///
/// So a node holds between about half of `entriesMax` and `entriesMax` entries where points are spread evenly, its depth
/// grows with the logarithm of the points, and dense and sparse stretches of time cost no more than their points. Example,
/// two points a leaf and three entries a page, a point at each of 0, 1, 2, 3, 8 within a span of 16: the span's left half
/// is the leaves (0, 1) and (2, 3), its right half the leaf (8); three entries fit one page, which is the root.
///
/// ## The bytes
///
/// A leaf block is what {@link io.distil.storage.codec.LeafCodec} writes. A node block is its entries, one after the other, in
/// time order; an encoded root is one entry, or 80 zero bytes for an empty series. All numbers are little-endian.
///
/// | offset | bytes | field | rule |
/// |---|---|---|---|
/// | 0 | 8 | first time | of the first point below; legal |
/// | 8 | 8 | last time | of the last point below; legal, not before the first |
/// | 16 | 8 | count | of the points below; at least 1 |
/// | 24 | 8 | min | a double, finite |
/// | 32 | 8 | mean | a double, finite, from min to max |
/// | 40 | 8 | max | a double, finite |
/// | 48 | 8 | m2 | a double: the sum of squared deviations from the mean; at least 0, infinite where it overflows |
/// | 56 | 8 | address | of the block |
/// | 64 | 8 | version | the major version in which the block was written |
/// | 72 | 4 | block bytes | length of the block's body |
/// | 76 | 4 | page entry count | 0: the block is a leaf; otherwise how many entries the node has, at least 2 |
///
/// The statistics of a leaf are those of its points added in their order, and those of a node are the statistics of its
/// entries added in theirs, so that equal points give equal bits.
package io.distil.storage.tree;
