package io.distil.wire.server;

import io.distil.base.NanoClock;
import io.distil.wire.frame.FramePool;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// What the sessions of one server share.
final class ServerContext {
    private final Served served;
    private final WireServerOptions options;
    private final NanoClock clock;
    private final FramePool pool;
    private final MemoryBudget budget;
    private final ReaderPool readers;

    /// One operation on the cluster at a time: they take minutes, and must not hold a reader's thread.
    private final ExecutorService operations =
            new ThreadPoolExecutor(
                    0,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    Thread.ofPlatform().name("distil-operation").daemon().factory());

    private final ServerCounters counters = new ServerCounters();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    ServerContext(Served served, WireServerOptions options, NanoClock clock) {
        this.served = served;
        this.options = options;
        this.clock = clock;
        this.pool = new FramePool(Math.min(32L << 20, options.limits().frameMemoryBytesMax()));
        this.budget = new MemoryBudget(options.limits().frameMemoryBytesMax());
        this.readers = new ReaderPool(options.readerThreads(), options.chunks().points(), options.chunks().windows());
    }

    Served served() {
        return served;
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

    ExecutorService operations() {
        return operations;
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
