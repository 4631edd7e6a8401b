package io.distil.replication.raft;

import io.distil.replication.tablet.ReplicaControl;

import org.apache.ratis.server.protocol.TermIndex;

/// Which Raft index a checkpoint stands for: the one before the first entry that buffers need again. Entries from there on
/// are kept, though the checkpoint knows most of what they did.
///
/// A node that had a store before it became a member begins its Raft log behind an index that all its old positions are
/// below of: then positions go on rising.
final class Snapshots {
    private final SingleNodePast past;
    private final long firstSnapshotIndex;

    Snapshots(SingleNodePast past) {
        this.past = past;
        this.firstSnapshotIndex = past.through() == 0 ? Positions.NO_INDEX : Positions.index(past.through()) + 1;
    }

    /// @return null if the checkpoint contains no entry for certain
    TermIndex of(long replayFrom, ReplicaControl replica) {
        long raftIndex = Math.max(Positions.index(replayFrom) - 1, firstSnapshotIndex);
        return raftIndex < 0 ? null : TermIndex.valueOf(replica.termAt(Positions.last(raftIndex)), raftIndex);
    }

    SingleNodePast past() {
        return past;
    }
}
