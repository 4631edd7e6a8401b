package io.distil.daemon.cli;

import io.distil.base.api.StreamStore;

import java.io.IOException;

/// Finds the store a command speaks to: over the network, or in the same process for tests and the embedded node.
@FunctionalInterface
public interface StoreOpener {
    /// @throws IOException when nobody answers there; the message is a sentence for people
    StreamStore open(ServerAddress address) throws IOException;
}
