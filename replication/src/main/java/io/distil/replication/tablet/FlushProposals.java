package io.distil.replication.tablet;

import io.distil.base.api.Mutation;
import io.distil.pqm.StreamBuffer;
import io.distil.replication.table.TableFlushQueue;

import java.io.IOException;
import java.util.Optional;

/// Asks for flushes of streams and tables through the log: a flush changes the version, so it is an entry like any other, and
/// nobody waits for it. Only a replica that takes entries asks. Owned by the tablet's thread.
final class FlushProposals {
    /// Publishes a flush.
    @FunctionalInterface
    interface Proposer {
        /// @param ifLost what to do when it will not come back
        /// @return false if the log takes nothing now; `ifLost` was not called
        boolean propose(Mutation flush, Runnable ifLost) throws IOException;
    }

    private final Proposer proposer;

    FlushProposals(Proposer proposer) {
        this.proposer = proposer;
    }

    /// Proposes what is due by size, age or memory pressure.
    ///
    /// @return how many flushes were proposed
    int proposeDue(Engine engine, long nowNanos) throws IOException {
        int proposed = 0;
        Optional<StreamBuffer> stream = engine.pqm().flushQueue().nextToFlush(nowNanos);
        while (stream.isPresent() && propose(engine, stream.get())) {
            proposed++;
            stream = engine.pqm().flushQueue().nextToFlush(nowNanos);
        }
        Optional<String> table = engine.state().tables().flushQueue().nextToFlush(nowNanos);
        while (table.isPresent() && propose(engine, table.get())) {
            proposed++;
            table = engine.state().tables().flushQueue().nextToFlush(nowNanos);
        }
        return proposed;
    }

    /// Proposes to flush whatever needs the oldest log entry.
    int proposeOldest(Engine engine) throws IOException {
        long oldest = engine.state().tables().firstNeeded();
        for (TabletStream stream : engine.state().streams().values()) {
            oldest = Math.min(oldest, stream.firstNeeded());
        }
        return oldest == Long.MAX_VALUE ? 0 : proposeBefore(engine, oldest + 1);
    }

    /// Proposes to flush streams and tables whose buffers need log entries before `position`, as many as the log takes now.
    int proposeBefore(Engine engine, long position) throws IOException {
        int proposed = 0;
        TableFlushQueue tables = engine.state().tables().flushQueue();
        Optional<String> table = tables.holdsTheLogBackBefore(position);
        while (table.isPresent() && propose(engine, table.get())) {
            proposed++;
            table = tables.holdsTheLogBackBefore(position);
        }
        for (TabletStream stream : engine.state().streams().values()) {
            if (stream.firstNeeded() < position && !stream.hasPendingCommit() && !stream.isFlushProposed()) {
                if (!proposer.propose(new Mutation.Flush(stream.id()), stream::setFlushNotProposed)) {
                    break;
                }
                stream.setFlushProposed();
                proposed++;
            }
        }
        return proposed;
    }

    private boolean propose(Engine engine, StreamBuffer stream) throws IOException {
        return propose(new Mutation.Flush(stream.id()), () -> engine.pqm().flushQueue().notFlushed(stream));
    }

    private boolean propose(Engine engine, String table) throws IOException {
        return propose(new Mutation.FlushTable(table), () -> engine.state().tables().flushQueue().notFlushed(table));
    }

    /// Says so at once if the log takes nothing.
    private boolean propose(Mutation flush, Runnable ifLost) throws IOException {
        boolean proposed = proposer.propose(flush, ifLost);
        if (!proposed) {
            ifLost.run();
        }
        return proposed;
    }
}
