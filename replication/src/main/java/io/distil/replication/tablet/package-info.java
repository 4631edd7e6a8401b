/// A tablet: the one thread that orders mutations, makes them durable, applies them and answers; and the store that programs
/// see.
///
/// Reading order: {@link io.distil.replication.tablet.LocalStore} (what programs use, and what owns the threads), `Replica`
/// (disk, log, tablet, and the engine under them), `Tablet` (admission, log, acknowledgement), `Engine` (everything of one
/// home), `TabletState` (what a log entry does; the same for a live entry and a replayed one), `TabletStream` (one stream
/// between log, buffer and tree), `Flusher` (the thread that builds trees and checkpoints), `Checkpointer` (what a checkpoint
/// holds, and how a start finds it again), `TabletSnapshot` (a read).
///
/// A log of several nodes comes in by {@link io.distil.replication.tablet.LogOpener}; what its owner may ask of the replica
/// is {@link io.distil.replication.tablet.ReplicaControl}.
///
/// ## What is always true
///
/// - An entry is applied after it is durable, and acknowledged after it is applied. What a reader sees is durable.
/// - Applying depends on the log alone: not on time, not on which trees are built already, not on memory. A flush that
///   changes a version is itself an entry. So a replay gives every stream the same versions again.
/// - A checkpoint holds the state after the entry `appliedThrough`, except the points that were still in buffers: those come
///   back by replaying from `replayFrom`, each entry only for the streams whose trees do not hold it yet. Until they have,
///   nothing is read and no checkpoint is taken.
/// - Which term begins at which position is part of the state: by it every replica knows of every entry that somebody was
///   told of whether it happened.
package io.distil.replication.tablet;
