package io.distil.replication.tablet;

import io.distil.base.StreamId;
import io.distil.pqm.StreamBuffer;
import io.distil.replication.flush.LoggedCommits;
import io.distil.storage.tree.SeriesRoot;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// One stream between log, buffer and tree: which log entries its trees hold, and which are still needed.
///
/// Owned by the tablet's thread; only {@link #buffer}'s views and {@link #unsavedVersions} are read by others.
final class TabletStream {
    private final StreamId id;
    private final StreamBuffer buffer;
    private final LoggedCommits commits;

    /// Majors built since the last checkpoint; older ones are in the store's keyed tree.
    private final Map<Long, BuiltVersion> unsavedVersions = new ConcurrentHashMap<>();

    private SeriesRoot builtRoot;
    private boolean building;
    private boolean flushProposed;
    private volatile boolean obliterated;

    /// @param builtMajor the newest major whose tree exists, with `builtRoot`
    /// @param builtThrough the last log position whose effect on this stream is in that tree
    TabletStream(StreamId id, StreamBuffer buffer, long builtMajor, SeriesRoot builtRoot, long builtThrough) {
        this.id = id;
        this.buffer = buffer;
        this.commits = new LoggedCommits(builtMajor, builtThrough);
        this.builtRoot = builtRoot;
    }

    StreamId id() {
        return id;
    }

    StreamBuffer buffer() {
        return buffer;
    }

    long builtMajor() {
        return commits.builtMajor();
    }

    SeriesRoot builtRoot() {
        return builtRoot;
    }

    long builtThrough() {
        return commits.builtThrough();
    }

    Map<Long, BuiltVersion> unsavedVersions() {
        return unsavedVersions;
    }

    /// Says that the entry at `position` is now in the active layer.
    void buffered(long position) {
        commits.buffered(position);
    }

    /// True while the flusher has a tree of this stream to build: one at a time, the next over it.
    boolean isBuilding() {
        return building;
    }

    void setBuilding(boolean nowBuilding) {
        building = nowBuilding;
    }

    /// True from the moment when a flush of this stream was logged for the log's sake until it is applied.
    boolean isFlushProposed() {
        return flushProposed;
    }

    void setFlushProposed() {
        flushProposed = true;
    }

    /// Says that this flush was lost.
    void setFlushNotProposed() {
        flushProposed = false;
    }

    /// True if a commit waits for its tree.
    boolean hasPendingCommit() {
        return commits.hasPending();
    }

    /// Says that the active layer became the commit `major`.
    ///
    /// @param through the last log position that is in it
    void frozen(long major, long through) {
        commits.frozen(major, through);
        flushProposed = false;
    }

    /// Takes the tree of the oldest pending commit.
    void built(long major, BuiltVersion version) {
        commits.built(major);
        unsavedVersions.put(major, version);
        buffer.installed(major, version.root());
        builtRoot = version.root();
    }

    /// The first log position that a replay must give to this stream, or `Long.MAX_VALUE` if none.
    long firstNeeded() {
        return commits.firstNeeded();
    }

    boolean isObliterated() {
        return obliterated;
    }

    void markObliterated() {
        obliterated = true;
    }
}
