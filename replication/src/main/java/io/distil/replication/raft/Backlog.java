package io.distil.replication.raft;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// What a replica has acknowledged and not applied. Ratis keeps such entries on the heap, so one that applies slowly has to
/// stop acknowledging: the leader's window towards it fills up, and the rest waits in the leader's log.
///
/// Ratis asks before each sync of its log, and acknowledges what it synced. A sync is held back while the entries of earlier
/// ones that wait to be applied have too many bytes. This cannot lock up: what was synced will be committed, here or, if it
/// is cut off, by what takes its place.
///
/// Safe for use by many threads.
final class Backlog {
    private record Flush(long throughIndex, CompletableFuture<Void> allowed) {}

    private final long bytesMax;

    /// Bytes of entries that are not applied, by index.
    private final TreeMap<Long, Integer> unapplied = new TreeMap<>();

    private final Deque<Flush> heldBack = new ArrayDeque<>();

    /// Everything up to here may be acknowledged.
    private long flushedThrough = Positions.NO_INDEX;

    /// Of unapplied entries up to {@link #flushedThrough}.
    private long flushedBytes;

    Backlog(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// An entry came in.
    synchronized void add(long raftIndex, int bytes) {
        unapplied.put(raftIndex, bytes);
    }

    /// Completes when entries up to `throughIndex` may be acknowledged.
    CompletableFuture<Void> flush(long throughIndex) {
        synchronized (this) {
            if (flushedBytes > bytesMax) {
                Flush held = new Flush(throughIndex, new CompletableFuture<>());
                heldBack.addLast(held);
                return held.allowed();
            }
            allow(throughIndex);
        }
        return CompletableFuture.completedFuture(null);
    }

    private void allow(long throughIndex) {
        if (throughIndex > flushedThrough) {
            flushedBytes += bytes(flushedThrough, throughIndex);
            flushedThrough = throughIndex;
        }
    }

    private long bytes(long fromExclusive, long throughIndex) {
        return unapplied.subMap(fromExclusive, false, throughIndex, true).values().stream()
                .mapToLong(Integer::longValue)
                .sum();
    }

    /// Entries up to `throughIndex` are applied, or need not be any more.
    void applied(long throughIndex) {
        Deque<Flush> allowed;
        synchronized (this) {
            flushedBytes -= bytes(Positions.NO_INDEX, Math.min(throughIndex, flushedThrough));
            unapplied.headMap(throughIndex, true).clear();
            allowed = release();
        }
        allowed.forEach(flush -> flush.allowed().complete(null));
    }

    /// Entries from `fromIndex` on are gone.
    void truncate(long fromIndex) {
        Deque<Flush> allowed;
        synchronized (this) {
            if (fromIndex <= flushedThrough) {
                flushedBytes -= bytes(fromIndex - 1, flushedThrough);
                flushedThrough = fromIndex - 1;
            }
            unapplied.tailMap(fromIndex, true).clear();
            allowed = release();
        }
        allowed.forEach(flush -> flush.allowed().complete(null));
    }

    private Deque<Flush> release() {
        Deque<Flush> allowed = new ArrayDeque<>();
        while (!heldBack.isEmpty() && flushedBytes <= bytesMax) {
            Flush next = heldBack.removeFirst();
            allow(next.throughIndex());
            allowed.addLast(next);
        }
        return allowed;
    }

    /// What is held back is let go: there is nobody to apply any more.
    void open() {
        Deque<Flush> allowed;
        synchronized (this) {
            unapplied.clear();
            flushedBytes = 0;
            allowed = release();
        }
        allowed.forEach(flush -> flush.allowed().complete(null));
    }

    /// True while a sync is held back: then the disk is not to blame.
    synchronized boolean isHeldBack() {
        return !heldBack.isEmpty();
    }
}
