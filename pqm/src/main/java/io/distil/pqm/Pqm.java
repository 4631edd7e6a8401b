package io.distil.pqm;

import io.distil.base.NanoClock;
import io.distil.base.StreamId;
import io.distil.storage.tree.SeriesRoot;

/// The buffers of one owner thread, the memory they share, and the queue that says which to flush. The owner thread applies
/// the log to the buffers; any thread may read views, {@link #isFull} and {@link #statistics}.
public final class Pqm {
    private final PqmOptions options;
    private final NanoClock clock;
    private final BufferMemory memory = new BufferMemory();
    private final BatchRanges batchRanges = new BatchRanges();
    private final HistoryBudget history;
    private final FlushQueue flushQueue;

    public Pqm(PqmOptions options, NanoClock clock) {
        this.options = options;
        this.clock = clock;
        this.history = new HistoryBudget(options.historyBytesMax());
        this.flushQueue = new FlushQueue(options, this);
    }

    /// An empty buffer over the last commit of a stream.
    ///
    /// @param root the tree of version `major`
    public StreamBuffer open(StreamId stream, long major, SeriesRoot root) {
        return new StreamBuffer(this, stream, major, root);
    }

    public FlushQueue flushQueue() {
        return flushQueue;
    }

    /// True while the budget is used up: admit no further mutation until it is false again. What is admitted already is
    /// applied all the same. Memory comes back when commits are built ({@link StreamBuffer#installed}) and the readers of
    /// older views are done.
    public boolean isFull() {
        return heldBytes() >= options.bufferBytesMax();
    }

    public PqmStatistics statistics() {
        return new PqmStatistics(
                flushQueue.queuedCount(),
                flushQueue.queuedBytes(),
                heldBytes(),
                options.bufferBytesMax(),
                history.bytes());
    }

    /// What is buffered, frozen or held by readers, with the change rows that belong to it.
    private long heldBytes() {
        return memory.pointBytes() + memory.changeBytes() - history.bytes();
    }

    PqmOptions options() {
        return options;
    }

    long nowNanos() {
        return clock.monotonicNanos();
    }

    BufferMemory memory() {
        return memory;
    }

    BatchRanges batchRanges() {
        return batchRanges;
    }

    HistoryBudget history() {
        return history;
    }
}
