package io.distil.wire.server;

import io.distil.base.api.StreamSnapshot;

/// A snapshot for the length of one read.
interface SnapshotUse extends AutoCloseable {
    StreamSnapshot snapshot();

    @Override
    void close();

    /// A snapshot that was opened for this read alone.
    static SnapshotUse alone(StreamSnapshot opened) {
        return new SnapshotUse() {
            @Override
            public StreamSnapshot snapshot() {
                return opened;
            }

            @Override
            public void close() {
                opened.close();
            }
        };
    }
}
