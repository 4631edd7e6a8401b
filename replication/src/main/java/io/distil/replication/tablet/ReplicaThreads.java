package io.distil.replication.tablet;

/// The two threads of a replica: the tablet's and the flusher's.
final class ReplicaThreads {
    /// How long the tablet's thread sleeps without being rung: ages of buffers and checkpoints are looked at this often.
    private static final long TABLET_SLEEP_NANOS_MAX = 10_000_000;

    private static final long FLUSHER_SLEEP_NANOS_MAX = 1_000_000_000;

    private final Replica replica;
    private final Thread tabletThread;
    private final Thread flusherThread;
    private volatile boolean stopping;

    static ReplicaThreads start(Replica replica) {
        ReplicaThreads threads = new ReplicaThreads(replica);
        threads.flusherThread.start();
        threads.tabletThread.start();
        return threads;
    }

    private ReplicaThreads(Replica replica) {
        this.replica = replica;
        this.tabletThread = Thread.ofPlatform().name("distil-tablet").daemon().unstarted(this::runTablet);
        this.flusherThread = Thread.ofPlatform().name("distil-flusher").daemon().unstarted(this::runFlusher);
    }

    private void runTablet() {
        Tablet tablet = replica.tablet();
        while (!stopping) {
            int work = tablet.doWork();
            work += replica.upkeep();
            if (work == 0) {
                if (tablet.isWriting()) {
                    tablet.awaitDisk();
                } else {
                    tablet.doorbell().sleep(TABLET_SLEEP_NANOS_MAX);
                }
            }
        }
        tablet.drain();
    }

    private void runFlusher() {
        while (!stopping) {
            if (replica.flush() == 0) {
                replica.flusherDoorbell().sleep(FLUSHER_SLEEP_NANOS_MAX);
            }
        }
    }

    /// Ends both threads after what they are doing; {@link Replica#close} finishes the rest on the caller's.
    void stop() {
        stopping = true;
        replica.tablet().doorbell().ring();
        replica.flusherDoorbell().ring();
        join(tabletThread);
        join(flusherThread);
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
