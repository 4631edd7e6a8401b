package io.distil.wire.server;

/// A streamed answer under way, as the connection's event loop sees it.
interface StreamedAnswer {
    /// Grants more chunks. What exceeds the bound is dropped, not kept: nobody has room for so much.
    void grant(long chunks);

    /// Ends the answer early.
    void cancel();

    /// Says that there is room in the socket again.
    void signal();
}
