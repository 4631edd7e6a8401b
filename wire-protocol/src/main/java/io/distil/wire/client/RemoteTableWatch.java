package io.distil.wire.client;

import io.distil.base.api.TableChange;
import io.distil.base.api.TableWatch;
import io.distil.wire.frame.Answer;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A watch at a node. Batches that came in parts are put together again. One owner thread.
final class RemoteTableWatch implements TableWatch {
    private final ChunkQueue queue;
    private List<TableChange> parts = new ArrayList<>();

    private RemoteTableWatch(ChunkQueue queue) {
        this.queue = queue;
    }

    /// Waits until the node says that the watch is open.
    static RemoteTableWatch open(ChunkQueue queue) throws IOException {
        try {
            queue.next();
            return new RemoteTableWatch(queue);
        } catch (Throwable e) {
            queue.close();
            throw e;
        }
    }

    @Override
    public Batch next(Duration timeout) throws IOException {
        long untilNanos = System.nanoTime() + timeout.toNanos();
        while (true) {
            Answer.Chunk chunk = queue.next(Duration.ofNanos(Math.max(0, untilNanos - System.nanoTime())));
            if (chunk == null) {
                if (queue.isOver()) {
                    throw new ConnectionLost("the server has ended the watch");
                }
                return null;
            }
            if (chunk instanceof Answer.Watched watched) {
                parts.addAll(watched.changes());
                if (watched.isWhole()) {
                    Batch batch = new Batch(watched.through(), watched.isCatchUp(), parts);
                    parts = new ArrayList<>();
                    return batch;
                }
            }
        }
    }

    @Override
    public void close() {
        queue.close();
    }
}
