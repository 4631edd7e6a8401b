package io.distil.replication.backup;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// Does numbered jobs on some threads, each taking the next one; the first failure ends all of it.
final class Workers {
    /// A job.
    interface Job {
        void run(int index) throws IOException;
    }

    private Workers() {}

    /// @param threadCount 1 works on the caller's thread
    static void run(int threadCount, int jobCount, Job job) throws IOException {
        AtomicInteger next = new AtomicInteger();
        if (threadCount == 1) {
            work(next, jobCount, job);
            return;
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(threadCount)) {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < Math.min(threadCount, jobCount); i++) {
                workers.add(
                        threads.submit(() -> {
                            work(next, jobCount, job);
                            return null;
                        }));
            }
            join(workers);
        }
    }

    private static void work(AtomicInteger next, int jobCount, Job job) throws IOException {
        try {
            for (int index = next.getAndIncrement(); index < jobCount; index = next.getAndIncrement()) {
                job.run(index);
            }
        } catch (IOException | RuntimeException e) {
            next.set(jobCount);
            throw e;
        }
    }

    private static void join(List<Future<?>> workers) throws IOException {
        for (Future<?> worker : workers) {
            try {
                worker.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case IOException failed -> throw failed;
                    case RuntimeException failed -> throw failed;
                    default -> throw new IllegalStateException(e.getCause());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted at a backup");
            }
        }
    }
}
