package io.distil.replication.tablet;

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
    /// entries has the term of the earlier one. 0 for entries that a single node had before it became a member.
    long termAt(long position);

    /// The last position applied.
    long appliedThrough();

    /// Takes a checkpoint now, unless nothing was applied since the last one.
    ///
    /// @return completes on an internal thread, with what is then covered
    CompletableFuture<Covered> checkpointNow();

    /// Why this replica can only be read, or empty: then it had better not lead.
    Optional<String> trouble();
}
