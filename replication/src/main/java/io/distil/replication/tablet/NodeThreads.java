package io.distil.replication.tablet;

/// The two threads of a node: the tablet's and the flusher's.
final class NodeThreads {
    /// How long the tablet's thread sleeps without being rung: ages of buffers and checkpoints are looked at this often.
    private static final long TABLET_SLEEP_NANOS_MAX = 10_000_000;

    private static final long FLUSHER_SLEEP_NANOS_MAX = 1_000_000_000;

    private final Node node;
    private final Thread tabletThread;
    private final Thread flusherThread;
    private volatile boolean stopping;

    static NodeThreads start(Node node) {
        NodeThreads threads = new NodeThreads(node);
        threads.flusherThread.start();
        threads.tabletThread.start();
        return threads;
    }

    private NodeThreads(Node node) {
        this.node = node;
        this.tabletThread = Thread.ofPlatform().name("distil-tablet").daemon().unstarted(this::runTablet);
        this.flusherThread = Thread.ofPlatform().name("distil-flusher").daemon().unstarted(this::runFlusher);
    }

    private void runTablet() {
        Tablet tablet = node.tablet();
        while (!stopping) {
            int work = tablet.doWork();
            work += node.upkeep();
            if (work == 0) {
                if (tablet.isWriting()) {
                    tablet.awaitDisk();
                } else {
                    tablet.doorbell().sleep(TABLET_SLEEP_NANOS_MAX);
                }
            }
        }
        node.drain();
    }

    private void runFlusher() {
        Flusher flusher = node.flusher();
        while (!stopping) {
            if (flusher.doWork() == 0) {
                flusher.doorbell().sleep(FLUSHER_SLEEP_NANOS_MAX);
            }
        }
    }

    /// Ends both threads after what they are doing; {@link Node#close} finishes the rest on the caller's.
    void stop() {
        stopping = true;
        node.tablet().doorbell().ring();
        node.flusher().doorbell().ring();
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
