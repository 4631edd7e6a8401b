package io.distil.wire.server;

/// A snapshot for the length of one read.
///
/// @param <T> `StreamSnapshot` or `TableSnapshot`
interface SnapshotUse<T> extends AutoCloseable {
    T snapshot();

    @Override
    void close();

    /// A snapshot that was opened for this read alone.
    static <T> SnapshotUse<T> alone(T opened, Runnable closeOpened) {
        return new SnapshotUse<>() {
            @Override
            public T snapshot() {
                return opened;
            }

            @Override
            public void close() {
                closeOpened.run();
            }
        };
    }
}
