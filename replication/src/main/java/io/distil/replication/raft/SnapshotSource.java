package io.distil.replication.raft;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.replication.raft.SnapshotMessages.Answer;
import io.distil.replication.raft.SnapshotMessages.Question;
import io.distil.replication.tablet.LogOpener;
import io.distil.replication.transfer.CheckpointSource;
import io.distil.storage.store.Checkpoint;

import org.apache.ratis.server.protocol.TermIndex;

import java.io.IOException;
import java.util.function.Supplier;

/// The sender's side of an installation: holds the last checkpoint of this replica for whoever copies it, and lets it go when
/// nobody has asked for a while, or when a member that comes anew needs a later one. Safe for use by many threads.
final class SnapshotSource implements AutoCloseable {
    /// A member that is silent for so long begins again, with whatever checkpoint there is then.
    private static final long IDLE_NANOS_MAX = 60_000_000_000L;

    private final NanoClock clock;
    private final Supplier<LogOpener.Opening> opening;
    private final Supplier<Snapshots> snapshots;
    private CheckpointSource source;
    private long number;
    private long usedNanos;

    SnapshotSource(NanoClock clock, Supplier<LogOpener.Opening> opening, Supplier<Snapshots> snapshots) {
        this.clock = clock;
        this.opening = opening;
        this.snapshots = snapshots;
    }

    synchronized Answer answer(Question question) throws IOException {
        LogOpener.Opening present = opening.get();
        if (present == null) {
            return new Answer.NotNow("the replica is not open");
        }
        try {
            return switch (question) {
                case Question.Image(long firstIndex) -> image(present, firstIndex);
                case Question.Piece piece -> piece(piece);
                case Question.Done(long done) -> {
                    if (done == number) {
                        close();
                    }
                    yield new Answer.NotNow("done");
                }
                case Question.Who() -> throw new BrokenInvariant("a source of checkpoints has no name");
            };
        } catch (Refused e) {
            return new Answer.NotNow(e.getMessage());
        }
    }

    private Answer image(LogOpener.Opening present, long firstIndex) throws IOException {
        long replayFrom = present.replica().covered().replayFrom();
        if (source == null || source.image().checkpoint().replayFrom() < replayFrom) {
            close();
            source = present.replica().openCheckpoint();
            number++;
        }
        usedNanos = clock.monotonicNanos();
        Checkpoint checkpoint = source.image().checkpoint();
        if (snapshots.get().past().isNeeded(checkpoint.replayFrom())) {
            return new Answer.NotNow("what this node held before it became a member is still being flushed");
        }
        TermIndex contained = snapshots.get().of(checkpoint.replayFrom(), present.replica());
        if (contained == null || contained.getIndex() + 1 < firstIndex) {
            throw new CorruptBlock(
                    "the checkpoint stands for entries up to " + contained + ", but the log begins at " + firstIndex);
        }
        return new Answer.Image(number, contained.getTerm(), contained.getIndex(), source.image());
    }

    private Answer piece(Question.Piece piece) throws IOException {
        if (source == null || piece.source() != number) {
            return new Answer.NotNow("that checkpoint is not held any more");
        }
        usedNanos = clock.monotonicNanos();
        return new Answer.Piece(source.read(piece.chunk()));
    }

    /// Lets the checkpoint go if nobody asks any more.
    synchronized void closeIfIdle() {
        if (source != null && clock.monotonicNanos() - usedNanos > IDLE_NANOS_MAX) {
            close();
        }
    }

    @Override
    public synchronized void close() {
        if (source != null) {
            source.close();
            source = null;
        }
    }
}
