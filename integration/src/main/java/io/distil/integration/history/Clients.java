package io.distil.integration.history;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.Store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// Threads that take the steps of workloads, each with a connection of its own, until they are told to stop.
public final class Clients implements AutoCloseable {
    /// Opens a client's connection; called again until it succeeds.
    @FunctionalInterface
    public interface Connector {
        Store connect(int client) throws IOException;
    }

    /// Between two steps that were done, and after one that was not: enough operations to find something, few enough to
    /// look through.
    private static final int PAUSE_MILLIS_MAX = 8;

    private static final int PAUSE_AFTER_TROUBLE_MILLIS = 50;

    private final Connector connector;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failed = new AtomicReference<>();
    private final AtomicLong stepsDone = new AtomicLong();
    private volatile long lastDoneNanos = NanoClock.SYSTEM.monotonicNanos();
    private volatile boolean isStopping;

    /// Starts `clientsOfEach` threads for each workload.
    public Clients(List<Workload> workloads, int clientsOfEach, Connector connector, long seed) {
        this.connector = connector;
        for (Workload workload : workloads) {
            for (int client = 0; client < clientsOfEach; client++) {
                int number = client;
                long ownSeed = seed * 31 + threads.size();
                threads.add(
                        Thread.ofPlatform()
                                .name("client-" + workload.name() + "-" + client)
                                .start(() -> run(workload, number, new Random(ownSeed))));
            }
        }
    }

    private void run(Workload workload, int client, Random random) {
        try (Store store = connect(client)) {
            while (!isStopping) {
                if (workload.step(store, client, random)) {
                    stepsDone.incrementAndGet();
                    lastDoneNanos = NanoClock.SYSTEM.monotonicNanos();
                    Thread.sleep(random.nextInt(PAUSE_MILLIS_MAX));
                } else {
                    Thread.sleep(PAUSE_AFTER_TROUBLE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            failed.compareAndSet(null, e);
        }
    }

    private Store connect(int client) throws InterruptedException, IOException {
        while (true) {
            try {
                return connector.connect(client);
            } catch (IOException | Refused e) {
                if (isStopping) {
                    throw e;
                }
                Thread.sleep(PAUSE_AFTER_TROUBLE_MILLIS);
            }
        }
    }

    /// Steps that the store did, of all clients.
    public long stepsDone() {
        return stepsDone.get();
    }

    /// Waits until the store does something again.
    ///
    /// @return nanoseconds that took
    /// @throws AssertionError if it takes longer than `nanosMax`
    public long awaitProgress(long nanosMax) throws InterruptedException {
        long began = NanoClock.SYSTEM.monotonicNanos();
        while (lastDoneNanos < began) {
            if (NanoClock.SYSTEM.monotonicNanos() - began > nanosMax) {
                throw new AssertionError("no client got anything done for " + nanosMax / 1_000_000 + " ms");
            }
            Thread.sleep(5);
        }
        return NanoClock.SYSTEM.monotonicNanos() - began;
    }

    /// Ends all threads after their present step.
    ///
    /// @throws AssertionError if a step of any failed
    public void stop() throws InterruptedException {
        isStopping = true;
        for (Thread thread : threads) {
            thread.join();
        }
        if (failed.get() != null) {
            throw new AssertionError("a client failed: " + failed.get(), failed.get());
        }
    }

    @Override
    public void close() {
        isStopping = true;
        threads.forEach(Thread::interrupt);
    }
}
