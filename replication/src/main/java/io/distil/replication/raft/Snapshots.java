package io.distil.replication.raft;

import io.distil.replication.tablet.ReplicaControl;

import org.apache.ratis.server.protocol.TermIndex;

/// Which Raft index a checkpoint stands for: the one before the first entry that buffers need again. Entries from there on
/// are kept, though the checkpoint knows most of what they did.
///
/// A node that had a store before it became a member begins its Raft log behind an index that all its old positions are
/// below of: then positions go on rising.
final class Snapshots {
    private final long firstSnapshotIndex;

    /// @param singleNodeThrough the last position of a store before it became a member; 0 if there was none
    Snapshots(long singleNodeThrough) {
        this.firstSnapshotIndex = singleNodeThrough == 0 ? Positions.NO_INDEX : Positions.index(singleNodeThrough) + 1;
    }

    /// @return null if the checkpoint contains no entry for certain
    TermIndex of(long replayFrom, ReplicaControl replica) {
        long raftIndex = Math.max(Positions.index(replayFrom) - 1, firstSnapshotIndex);
        return raftIndex < 0 ? null : TermIndex.valueOf(replica.termAt(Positions.last(raftIndex)), raftIndex);
    }
}
