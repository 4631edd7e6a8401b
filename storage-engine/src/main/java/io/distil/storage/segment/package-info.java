/// Segments: append-only files of checksummed blocks, and the cache over them.
///
/// It promises that a block which is read is the one that was written: whole, of the kind, version and length asked
/// for, in its own place; anything else is a {@link io.distil.base.CorruptBlock} that names file, offset and what
/// differs. A block can be read at once and survives a power cut after the next sync. It knows nothing of what a body
/// means, nor of who still refers to it.
///
/// Reading order: {@link io.distil.storage.segment.BlockRef} (where a block is, and what it must be), {@link
/// io.distil.storage.segment.BlockReader} and {@link io.distil.storage.segment.BlockWriter} (all that the trees see),
/// {@link io.distil.storage.segment.BlockStore} (the whole), then inside: `SegmentWriter` (buffers on their way to the
/// disk), `BlockCache` and `CachedBlock` (who holds a block), `BlockLoader` (a read from disk), `SegmentFiles`, and the
/// two that own bytes, `SegmentHeader` and `BlockHeader`.
///
/// ```
/// segment file NNNNNNNN.segment (its number in eight decimal digits); all numbers little-endian
///
/// segment header, one page of 4,096 bytes      block, at a multiple of 16
///  0 u32 magic "DSEG"                           0 u32 magic "DBLK"
///  4 u32 format, 1                              4 u8  kind: BlockKind
///  8 u32 segment number                         5 u8  format, 1
/// 12 u32 CRC-32C of 0…12 and 16…4096            6 u16 zero
/// 16     zeros                                  8 u32 length of the body, at least 1
///                                              12 u32 CRC-32C of 0…12, 16…32 and the body
/// after it: blocks and padding                 16 u64 address: segment number << 40 | offset
///                                              24 u64 version of the tree it belongs to
///                                              32     body, then zeros to a multiple of 16
/// ```
///
/// After a block comes the next, or zeros to the end of the page (a sync was there, or the segment ends). So a reader
/// without references can walk a segment: at a place with magic zero it goes on at the next page. What follows the last
/// sync of a segment may be torn; nobody refers to it.
package io.distil.storage.segment;
