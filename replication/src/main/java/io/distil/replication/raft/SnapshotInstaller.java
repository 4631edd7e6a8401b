package io.distil.replication.raft;

import io.distil.base.CorruptBlock;
import io.distil.replication.raft.SnapshotMessages.Answer;
import io.distil.replication.raft.SnapshotMessages.Question;
import io.distil.replication.tablet.ReplicaControl;
import io.distil.replication.transfer.Chunk;
import io.distil.replication.transfer.Installation;

import org.apache.ratis.server.protocol.TermIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The receiver's side of an installation. An attempt fetches what is missing of the leader's checkpoint, chunk by chunk,
/// and keeps it for Ratis to say that the replica be exchanged. One that fails is taken up where it stopped at the leader's
/// next notice, half a second later.
///
/// ```
///   IDLE ──notice──> FETCHING ──whole──> FETCHED ──Ratis reinitializes──> IDLE
///            ^           └─────failed──────┐
///            └─────────────────────────────┘
/// ```
///
/// The fetch runs on a thread of its own; everything is synchronized.
final class SnapshotInstaller {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotInstaller.class);
    private static final long OWN_CHECKPOINT_MILLIS_MAX = 30_000;
    private static final int DAMAGED_CHUNKS_MAX = 3;

    private final String member;

    /// Received whole; null otherwise.
    private Installation fetched;

    private volatile boolean closed;

    /// @param member for messages
    SnapshotInstaller(String member) {
        this.member = member;
    }

    /// Fetches the leader's checkpoint on a thread of its own.
    ///
    /// @param appliedIndex the last entry this replica has applied
    CompletableFuture<TermIndex> fetch(
            PeerClient leader, ReplicaControl replica, Snapshots snapshots, long firstIndex, long appliedIndex) {
        CompletableFuture<TermIndex> contained = new CompletableFuture<>();
        Thread.ofPlatform()
                .name("distil-raft-install")
                .daemon()
                .start(() -> {
                    try (leader) {
                        contained.complete(
                                appliedIndex >= firstIndex - 1
                                        ? ownCheckpoint(replica, snapshots, firstIndex)
                                        : fetch(leader, replica, firstIndex));
                    } catch (IOException | RuntimeException e) {
                        LOG.warn("{}: an installation was interrupted: {}", member, e.getMessage());
                        contained.completeExceptionally(e);
                    }
                });
        return contained;
    }

    /// The leader has lost sight of what this replica has (its sender was started anew): nothing is missing here, but Ratis
    /// only believes a snapshot. A checkpoint that stands for enough will come with the flushes that the leader's came with.
    private static TermIndex ownCheckpoint(ReplicaControl replica, Snapshots snapshots, long firstIndex)
            throws IOException {
        try {
            ReplicaControl.Covered covered =
                    replica.checkpointFrom(Positions.first(firstIndex))
                            .get(OWN_CHECKPOINT_MILLIS_MAX, TimeUnit.MILLISECONDS);
            return snapshots.of(covered.replayFrom(), replica);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a checkpoint was waited for", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("no checkpoint: " + e.getMessage(), e);
        }
    }

    private TermIndex fetch(PeerClient leader, ReplicaControl replica, long firstIndex) throws IOException {
        Answer answer = leader.ask(new Question.Image(firstIndex), null);
        if (!(answer instanceof Answer.Image image)) {
            throw new IOException("the leader gives no checkpoint: " + answer);
        }
        Installation installation;
        synchronized (this) {
            drop();
            installation = replica.beginInstallation(image.image());
        }
        try {
            fetchMissing(leader, image, installation);
        } catch (IOException | RuntimeException e) {
            installation.close();
            throw e;
        }
        leader.ask(new Question.Done(image.source()), null);
        synchronized (this) {
            fetched = installation;
        }
        return TermIndex.valueOf(image.term(), image.raftIndex());
    }

    private void fetchMissing(PeerClient leader, Answer.Image image, Installation installation) throws IOException {
        long started = System.nanoTime();
        long bytes = 0;
        for (Chunk chunk : installation.missing()) {
            if (closed) {
                throw new IOException("the replica is being closed");
            }
            fetchChunk(leader, image.source(), chunk, installation);
            bytes += chunk.bytes();
        }
        LOG.info(
                "{}: {} of {} bytes of the leader's checkpoint were fetched in {} ms.",
                member,
                bytes,
                image.image().bytes(),
                (System.nanoTime() - started) / 1_000_000);
    }

    private static void fetchChunk(PeerClient leader, long source, Chunk chunk, Installation installation)
            throws IOException {
        for (int damaged = 0; ; damaged++) {
            Answer answer = leader.ask(new Question.Piece(source, chunk), chunk);
            if (!(answer instanceof Answer.Piece piece)) {
                throw new IOException("the leader gives no " + chunk + ": " + answer);
            }
            try {
                installation.put(piece.content());
                return;
            } catch (CorruptBlock e) {
                if (damaged == DAMAGED_CHUNKS_MAX) {
                    throw e;
                }
            }
        }
    }

    /// What was fetched, for the caller to install and close; null if nothing is to be exchanged.
    synchronized Installation take() {
        Installation taken = fetched;
        fetched = null;
        return taken;
    }

    private void drop() throws IOException {
        Installation dropped = take();
        if (dropped != null) {
            dropped.close();
        }
    }

    void close() throws IOException {
        closed = true;
        synchronized (this) {
            drop();
        }
    }
}
