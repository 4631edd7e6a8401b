/// Copies the last checkpoint of one replica to another node: the way of a replica that lags behind the log its leader still
/// has, or whose disk is empty.
///
/// It knows files and checkpoints, not the network: the owner of a replicated log carries images, chunks and their bytes.
/// Reading order: {@link io.distil.storage.store.StoreImage} (what is to be copied),
/// {@link io.distil.replication.transfer.CheckpointSource} (the sender's side),
/// {@link io.distil.replication.transfer.Installation} (the receiver's), {@link io.distil.replication.transfer.Homes} (where
/// a copy lives).
///
/// ## Where a replica's store lies
///
/// ```
/// data directory of the replica
///   distil.store, segments/           its first home, until a copy replaces it
///   installed-1/distil.store, …       a copy; the home with the highest number that has a distil.store is the present one
///   installed-2/segments/, transfer   a copy that is being received
/// ```
///
/// Two stores never share a directory: who still reads the old one must not meet blocks of the new one under old addresses.
/// `distil.store` is written last and appears whole, so a crash leaves the old home or the new one.
///
/// ## The bytes of `transfer`
///
/// Pages of 4,096 bytes, little-endian: the first says whose checkpoint is being received, each of the others that a chunk
/// was written. Not synced: a restart believes a page whose checksum is right, and then looks whether the chunk's bytes
/// have the CRC that it names.
///
/// | offset | bytes | first page | chunk's page |
/// |---|---|---|---|
/// | 0 | 4 | magic `DTRF` | magic `DTRC` |
/// | 4 | 4 | CRC-32C of the bytes from 8 to 40 | the same |
/// | 8 | 8 | store id, upper half | segment number |
/// | 16 | 8 | store id, lower half | offset of the chunk |
/// | 24 | 8 | zero | bytes of the chunk |
/// | 32 | 8 | zero | CRC-32C of the chunk |
package io.distil.replication.transfer;
