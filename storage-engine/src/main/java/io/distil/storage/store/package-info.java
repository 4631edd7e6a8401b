/// What makes a data directory a store: its identity, its checkpoints, and the one keyed tree in which everything but points
/// is found.
///
/// It knows how to get from a directory to a consistent state after any crash. It does not know what the tables mean (their
/// owners declare them) nor the command log (it only keeps two positions of it).
/// Reading order: {@link io.distil.storage.store.Store} (open, read, checkpoint),
/// {@link io.distil.storage.store.Checkpoint}, {@link io.distil.storage.store.Table} (keys),
/// {@link io.distil.storage.store.StoreImage} (a checkpoint as another node copies it), then `Superblock` and
/// `SuperblockFile` (the bytes and how they are written).
///
/// ```
/// data directory
///   distil.store      two superblocks; the later valid one is the checkpoint       (this package)
///   segments/         blocks of series and of the keyed tree                       (segment)
///   distil.lock       who has it open                                              (ring)
/// ```
///
/// ## The bytes of a superblock
/// One of the two slots of `distil.store`, little-endian. Only `Superblock` knows them. Magic, format, slot number and
/// checksum keep their places in all formats to come.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | magic: `DISTILST` in ASCII |
/// | 8 | 4 | format of the data directory, now 1 |
/// | 12 | 4 | number of the slot, 0 or 1 |
/// | 16 | 8 | sequence of the checkpoint; even ones in slot 0, odd ones in slot 1 |
/// | 24 | 16 | UUID of the store, its bytes in the order of its text |
/// | 40 | 8 | wall time of the store's creation |
/// | 48 | 8 | log position up to which records and catalog are in the keyed tree |
/// | 56 | 8 | log position from which a restart reads |
/// | 64 | 4 | next segment: all segments with checkpointed blocks have smaller numbers |
/// | 72 | 40 | root of the keyed tree, see {@link io.distil.storage.keyed.KeyedRoot} |
/// | 112 | 8 | wall time of the checkpoint |
/// | 4,092 | 4 | CRC-32C of the bytes before; those without a meaning are zero |
///
/// ## The bytes of an image
/// What another node is told of a checkpoint that it copies. Only `StoreImage` knows them.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 4 | format, now 1 |
/// | 4 | 4,096 | superblock, as above |
/// | 4,100 | 4 | number of segments |
/// | 4,104 | 12 each | u32 number, i64 bytes that the checkpoint covers |
///
/// ## What is always true
/// - Everything that the later valid superblock refers to is durable: blocks are synced before it is written.
/// - A checkpoint never overwrites the one before it: slots take turns, blocks and segments are never written again.
/// - A damaged slot may have been the later one. Then no segment is deleted, and the log, asked to replay from the older
///   checkpoint's position, decides whether that is still possible.
package io.distil.storage.store;
