package io.distil.replication.raft;

import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.statemachine.SnapshotInfo;

import java.util.List;

/// A checkpoint of the engine, as a snapshot that Ratis cannot ship: it has no files, members fetch the blocks themselves.
record CheckpointInfo(TermIndex termIndex) implements SnapshotInfo {
    @Override
    public TermIndex getTermIndex() {
        return termIndex;
    }

    @Override
    public long getTerm() {
        return termIndex.getTerm();
    }

    @Override
    public long getIndex() {
        return termIndex.getIndex();
    }

    @Override
    public List<FileInfo> getFiles() {
        return List.of();
    }
}
