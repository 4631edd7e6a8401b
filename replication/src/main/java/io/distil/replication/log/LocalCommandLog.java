package io.distil.replication.log;

import io.distil.base.api.Consistency;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;

/// The command log of a node without replicas: its own journal. What is synced is decided, so nothing is ever lost, and the
/// node's state is always the present one.
public final class LocalCommandLog implements CommandLog {
    /// Entries of a single node are of no leader's term.
    public static final long TERM = 0;

    private static final CompletableFuture<Long> NOTHING_TO_WAIT_FOR = CompletableFuture.completedFuture(0L);

    private final Journal journal;

    /// Positions up to here were there when the log was opened; tickets count from it.
    private final long openedThrough;

    /// Opens the log and hands over every entry from `replayFrom` on.
    ///
    /// @param replayFrom at least 1; entries before it are not needed
    /// @param mustReach the last position known to have been durable; a log that ends before it has lost entries
    /// @throws io.distil.base.CorruptBlock if entries are damaged in the middle, or missing
    public static LocalCommandLog open(
            Disk disk, Journal.Options options, long replayFrom, long mustReach, Handler replayed) throws IOException {
        return new LocalCommandLog(
                Journal.open(
                        disk,
                        options,
                        replayFrom,
                        mustReach,
                        (position, entry) -> replayed.entry(position, TERM, 0, entry)));
    }

    private LocalCommandLog(Journal journal) {
        this.journal = journal;
        this.openedThrough = journal.nextPosition() - 1;
    }

    @Override
    public MemorySegment claim(int bytes) throws IOException {
        return journal.claim(bytes);
    }

    @Override
    public long publish() {
        return journal.publish() - openedThrough;
    }

    @Override
    public int poll(Handler handler) throws IOException {
        return journal.poll((position, entry) -> handler.entry(position, TERM, position - openedThrough, entry));
    }

    @Override
    public int await(Handler handler) throws IOException {
        return journal.await((position, entry) -> handler.entry(position, TERM, position - openedThrough, entry));
    }

    @Override
    public boolean isWriting() {
        return !journal.isIdle();
    }

    @Override
    public boolean isIdle() {
        return journal.isIdle();
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public int members() {
        return 1;
    }

    @Override
    public int durableCopies(long position) {
        return 1;
    }

    @Override
    public CompletableFuture<Long> readBarrier(Consistency consistency) {
        return NOTHING_TO_WAIT_FOR;
    }

    @Override
    public void release(long position) {
        journal.release(position);
    }

    @Override
    public long writtenBytes() {
        return journal.writtenBytes();
    }

    @Override
    public long retainedBytes() {
        return journal.retainedBytes();
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
