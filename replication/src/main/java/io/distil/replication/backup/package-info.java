/// Backups of tables and streams, and their way back.
///
/// It promises: a backup shows each of its items at one version, however long it takes and whatever happens meanwhile; it is
/// made from any replica, by several readers at once, in bounded memory; a backup or a restoration that was interrupted goes
/// on where it was; a damaged part is refused by name. It sees a store only through the interface that programs use, so
/// the store may be a cluster, and a backup goes into any store, of whatever version or size. Files are written through a
/// {@link io.distil.storage.ring.Disk}, so that a simulator can cut the power.
///
/// Reading order: {@link io.distil.replication.backup.Backup} (make, read, verify),
/// {@link io.distil.replication.backup.Restore}, {@link io.distil.replication.backup.BackupManifest}; then `BackupPlan`
/// (what is written first and last), `SlicePlanner` (how the work is divided), `SliceWriter` and `PartReader` (the parts),
/// `UnitWriter` and `UnitReader` (files of checked, compressed units), `RestoreProgress`.
///
/// What is in it is the state of each item at a *major* version: its points or rows, a stream's collection, tags and
/// annotations. Older versions are not: they can be asked for by number only in the store that counted them, and in a new
/// store the numbers would be others. Items are not of one moment together; each has its own version.
///
/// The bytes are in `docs/formats/backup.md`; only `BackupPlan`, `SliceWriter`, `PartReader`, `UnitWriter` and `UnitReader`
/// know them.
package io.distil.replication.backup;
