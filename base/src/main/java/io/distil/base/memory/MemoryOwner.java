package io.distil.base.memory;

/// Who holds a piece of off-heap memory. The label is the `owner` of the metric `distil_offheap_bytes`.
public enum MemoryOwner {
    /// Aligned buffers of the disk queues and of segment writers.
    DISK_BUFFERS("disk-buffers"),
    /// Log groups being filled or written.
    LOG_BUFFERS("log-buffers"),
    /// Blocks kept to be read again.
    BLOCK_CACHE("block-cache"),
    /// Buffered points of the PQM.
    PQM("pqm"),
    /// What changed since recent versions.
    CHANGE_HISTORY("change-history"),
    /// Point and window batches in the hands of clients and sessions.
    BATCHES("batches"),
    /// Blocks of series trees being built by commits.
    TREE_COMMIT("tree-commit"),
    /// Frames of the wire protocol: received and not yet done with, or kept to be filled again.
    WIRE_FRAMES("wire-frames"),
    /// Scratch space of tests and tools.
    SCRATCH("scratch");

    private final String label;

    MemoryOwner(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
