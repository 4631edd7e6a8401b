package io.distil.replication.flush;

import io.distil.base.BrokenInvariant;

import java.util.ArrayDeque;
import java.util.Deque;

/// Which log entries lie where, for one stream or table: in its built tree, in commits that wait for their tree, in its
/// active layer. So a replay knows which to bring again.
///
/// ```
/// log   ──── in the tree ────▏── commit 7 ──▏── commit 8 ──▏── active ──▶
///                 builtThrough ▏ firstNeeded
/// ```
///
/// Owned by the tablet's thread.
public final class LoggedCommits {
    /// A commit whose tree is not built yet.
    ///
    /// @param through the last log position it contains
    /// @param firstPosition the first log position it contains
    private record PendingCommit(long major, long through, long firstPosition) {}

    private final Deque<PendingCommit> pending = new ArrayDeque<>();
    private long builtMajor;
    private long builtThrough;
    private long activeFirst;

    /// @param builtMajor the newest major whose tree exists
    /// @param builtThrough the last log position whose effect is in that tree
    public LoggedCommits(long builtMajor, long builtThrough) {
        this.builtMajor = builtMajor;
        this.builtThrough = builtThrough;
    }

    public long builtMajor() {
        return builtMajor;
    }

    public long builtThrough() {
        return builtThrough;
    }

    /// Says that the entry at `position` is now in the active layer.
    public void buffered(long position) {
        if (activeFirst == 0) {
            activeFirst = position;
        }
    }

    /// Says that the active layer became the commit `major`.
    ///
    /// @param through the last log position that is in it
    public void frozen(long major, long through) {
        pending.addLast(new PendingCommit(major, through, activeFirst == 0 ? through : activeFirst));
        activeFirst = 0;
    }

    /// Says that the tree of the oldest pending commit is built.
    public void built(long major) {
        PendingCommit commit = pending.removeFirst();
        if (commit.major() != major) {
            throw new BrokenInvariant("tree of major " + major + " built, " + commit.major() + " is next");
        }
        builtMajor = major;
        builtThrough = commit.through();
    }

    /// True if a commit waits for its tree.
    public boolean hasPending() {
        return !pending.isEmpty();
    }

    /// The first log position that a replay must bring again, or `Long.MAX_VALUE` if none.
    public long firstNeeded() {
        if (!pending.isEmpty()) {
            return pending.getFirst().firstPosition();
        }
        return activeFirst == 0 ? Long.MAX_VALUE : activeFirst;
    }
}
