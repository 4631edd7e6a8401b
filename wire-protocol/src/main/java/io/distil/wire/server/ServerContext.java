package io.distil.wire.server;

import io.distil.base.NanoClock;
import io.distil.base.api.StreamStore;
import io.distil.wire.frame.FramePool;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What the sessions of one server share.
final class ServerContext {
    private final StreamStore store;
    private final WireServerOptions options;
    private final NanoClock clock;
    private final FramePool pool;
    private final MemoryBudget budget;
    private final ReaderPool readers;
    private final ServerCounters counters = new ServerCounters();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    ServerContext(StreamStore store, WireServerOptions options, NanoClock clock) {
        this.store = store;
        this.options = options;
        this.clock = clock;
        this.pool = new FramePool(Math.min(32L << 20, options.limits().frameMemoryBytesMax()));
        this.budget = new MemoryBudget(options.limits().frameMemoryBytesMax());
        this.readers = new ReaderPool(options.readerThreads(), options.chunks().points(), options.chunks().windows());
    }

    StreamStore store() {
        return store;
    }

    WireServerOptions options() {
        return options;
    }

    NanoClock clock() {
        return clock;
    }

    FramePool pool() {
        return pool;
    }

    MemoryBudget budget() {
        return budget;
    }

    ReaderPool readers() {
        return readers;
    }

    ServerCounters counters() {
        return counters;
    }

    Set<Session> sessions() {
        return sessions;
    }

    /// From now on nobody is let in.
    void stop() {
        stopping = true;
    }

    /// @return false if there is no place for the session
    boolean register(Session session) {
        sessions.add(session);
        return !stopping && sessions.size() <= options.limits().connectionsMax();
    }

    void unregister(Session session) {
        sessions.remove(session);
    }
}
