package io.distil.replication.tablet;

import io.distil.replication.transfer.CheckpointSource;
import io.distil.replication.transfer.Installation;
import io.distil.storage.store.StoreImage;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// What the owner of a replicated log asks of the replica that the log feeds. Any thread.
public interface ReplicaControl {
    /// What a checkpoint on this replica's disk covers.
    ///
    /// @param sequence counts checkpoints of this home
    /// @param appliedThrough the last position whose effect it contains, but for the points in buffers
    /// @param replayFrom entries from here on are needed for the buffers; at most `appliedThrough + 1`. A log keeps them
    record Covered(long sequence, long appliedThrough, long replayFrom) {}

    /// The last checkpoint. The log keeps entries from *the one before* on, see {@link
    /// io.distil.replication.log.CommandLog#release}.
    Covered covered();

    /// The term of the entry at `position`, as far as it is applied: by the history of terms, so a position between two
    /// entries has the term of the earlier one. 0 for entries that a single node had before it became a member; -1 for
    /// thousands of terms ago.
    long termAt(long position);

    /// The last position applied.
    long appliedThrough();

    /// Takes a checkpoint now, unless nothing was applied since the last one.
    ///
    /// @return completes on an internal thread, with what is then covered
    CompletableFuture<Covered> checkpointNow();

    /// Takes a checkpoint that needs no entry before `position`. If this replica leads, buffers that hold older entries are
    /// flushed for it; otherwise it waits for the flushes of whoever leads.
    ///
    /// @param position at most the one after {@link #appliedThrough}
    CompletableFuture<Covered> checkpointFrom(long position);

    /// Why this replica can only be read, or empty: then it had better not lead.
    Optional<String> trouble();

    /// The last checkpoint, to be copied by another replica; keeps its files until it is closed.
    CheckpointSource openCheckpoint() throws IOException;

    /// Begins to receive another replica's checkpoint, or goes on where an earlier attempt was interrupted. One at a time.
    ///
    /// @throws io.distil.base.Refused `CLUSTER_CONFLICT` if this replica has applied as much already
    Installation beginInstallation(StoreImage image) throws IOException;

    /// Makes a checkpoint that was received whole the state of this replica; the caller closes `received` afterwards. Reads
    /// that are under way go on with the old state, and later ones are refused as `TOO_STALE` until the log has handed over
    /// the entries from {@link Covered#replayFrom} to {@link Covered#appliedThrough}.
    ///
    /// From this call on until the future completes the log must hand nothing over and release nothing. Afterwards the log
    /// goes on at the index that holds `replayFrom`.
    ///
    /// @return completes on the tablet's thread
    /// @throws io.distil.base.Refused `CLUSTER_CONFLICT` if this replica has applied as much already; nothing was changed
    /// @throws IOException if it failed half way: then the store must be opened again
    CompletableFuture<Covered> install(Installation received) throws IOException;
}
