package io.distil.wire.client;

import io.distil.base.api.PointBatch;

import java.util.ArrayDeque;

/// Off-heap batches to be filled, sent and filled again. A batch is given back when the insert that carries it has
/// completed, not before: until then the client sends from its memory. Any thread.
public final class BatchPool implements AutoCloseable {
    private final int batchCapacity;
    private final int batchCount;
    private final ArrayDeque<PointBatch> idle = new ArrayDeque<>();
    private int created;
    private boolean isClosed;

    /// @param batchCapacity points in each batch
    /// @param batchCount most batches there will be
    public BatchPool(int batchCapacity, int batchCount) {
        this.batchCapacity = batchCapacity;
        this.batchCount = batchCount;
    }

    /// An empty batch; waits until one is given back when all are in use.
    public synchronized PointBatch take() throws InterruptedException {
        while (idle.isEmpty() && created == batchCount) {
            wait();
        }
        PointBatch batch = idle.poll();
        if (batch == null) {
            batch = new PointBatch(batchCapacity);
            created++;
        }
        batch.clear();
        return batch;
    }

    public synchronized void giveBack(PointBatch batch) {
        if (isClosed) {
            batch.close();
        } else {
            idle.add(batch);
            notifyAll();
        }
    }

    /// Frees the batches that are here; the others as they are given back.
    @Override
    public synchronized void close() {
        isClosed = true;
        idle.forEach(PointBatch::close);
        idle.clear();
    }
}
