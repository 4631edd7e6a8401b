package io.distil.daemon.quickstart;

import java.io.IOException;

/// The node that a quickstart speaks to. Closing it stops it, unless it was kept.
sealed interface QuickstartNode extends AutoCloseable permits EmbeddedNode, KeptNode {
    /// `HOST:PORT` of the binary protocol.
    String listen();

    /// What the reader should know of it: a sentence.
    String description();

    @Override
    void close() throws IOException;
}
