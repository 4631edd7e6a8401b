/// A versioned sorted map from byte strings to byte strings: a copy-on-write B+tree over blocks. It holds what a store knows
/// besides points: the catalog, the roots of the series, small records.
///
/// It knows blocks and their references, nothing of files, of checksums, or of what its keys mean.
/// Reading order: {@link io.distil.storage.keyed.KeyedTree} (get, scan, count, difference, apply,
/// check), {@link io.distil.storage.keyed.KeyedRoot} (a version), then `KeyedUpdate` (how a batch makes the next version),
/// {@link io.distil.storage.keyed.KeyedDifference} (what two versions do not share) and `KeyedPage` (the bytes of a block).
///
/// ## The bytes
/// The bodies of leaves (`KEYED_LEAF`) and inner blocks (`KEYED_NODE`), little-endian. Only `KeyedPage` knows them.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 2 | format, now 1 |
/// | 2 | 2 | `P`, length of the prefix |
/// | 4 | 4 | `N`, count of entries, at least 1 |
/// | 8 | 4·`N` | for each entry, its offset from the start of the body |
/// | 8 + 4·`N` | `P` | the prefix: every key of the block begins with it |
/// | | | the entries, in the order of their keys |
///
/// A leaf's entry:
///
/// | bytes | field |
/// |---|---|
/// | 2 | `S`, length of the key without the prefix |
/// | `S` | the key without the prefix |
/// | 4 | `V`, length of the value, or −1 |
/// | `V`, or 20 | the value, or the reference to its block (`KEYED_VALUE`, whose body is the value) |
///
/// An inner block's entry:
///
/// | bytes | field |
/// |---|---|
/// | 2 + `S` | as above: the bound |
/// | 20 | reference to a block of the level below |
/// | 8 | count of keys under it |
///
/// A reference is the block's address (8), the length of its body (4), the version it was written in (8).
///
/// ## What is always true
/// - Keys within a block ascend strictly, byte by byte, unsigned.
/// - The keys under entry `i` are at least its bound and less than the bound of entry `i + 1`. Under the first entry they
///   may be less than its bound: down to the bound that the block itself has in its parent. (When a first child goes, the
///   next one inherits its place, and nobody rewrites that one's descendants for it.)
/// - A block's version is at least that of any block under it, and greater than that of every block of an earlier version
///   of the tree. So a block that two versions share by reference, and all under it, is the same in both.
package io.distil.storage.keyed;
