/// The command log: the order of all mutations, and their durability. An entry handed over as durable survives `kill -9` and
/// a power cut.
///
/// It owns entries as opaque bytes; what they mean is {@link io.distil.replication.command}'s. Reading order:
/// {@link io.distil.replication.log.CommandLog} (what the tablet sees: the seam to one disk or to a Raft group),
/// {@link io.distil.replication.log.LocalCommandLog} (a node without replicas),
/// {@link io.distil.replication.log.Journal} (entries on a disk, for either), then `LogSegment`, `LogGroup` and
/// `LogRecovery`.
///
/// ## On disk
///
/// The directory `log/` holds slot files of equal size, written with zeros once and then recycled: an aligned write with
/// RWF_DSYNC into bytes that exist costs half of one that must also change a file's size. A slot's first page says which
/// segment it holds now:
///
/// | offset | bytes | segment header |
/// |---:|---:|---|
/// | 0 | 8 | magic `DSTLLOG1` |
/// | 8 | 4 | format version |
/// | 12 | 4 | CRC-32C of the header's other fields |
/// | 16 | 8 | segment number, rising by one |
/// | 24 | 8 | position of the first entry in it |
///
/// From offset 4,096 on follow groups, each at a page boundary, each written by one durable write:
///
/// | offset | bytes | group header |
/// |---:|---:|---|
/// | 0 | 4 | magic `DLGP` |
/// | 4 | 4 | CRC-32C of the header's other fields and the entries |
/// | 8 | 8 | segment number: tells a group from one of the slot's earlier tenants |
/// | 16 | 8 | position of the first entry |
/// | 24 | 4 | number of entries |
/// | 28 | 4 | bytes of entries, without header and padding |
/// | 32 | … | entries: u32 bytes, u32 zero, content, zeros up to a multiple of 8 |
///
/// ## Torn or damaged?
///
/// Only one group is being written at any time, and the next one is written after this one was synced. So if a group cannot
/// be read and a later one can, the disk lost bytes it had promised to keep: the log is *damaged*, and is refused with the
/// file and the offset. If nothing readable follows, the group is the one that was being written when the power went: it was
/// never acknowledged, and is cut.
package io.distil.replication.log;
