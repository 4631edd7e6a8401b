package io.distil.daemon.cli;

import io.distil.base.api.Store;

import java.io.IOException;
import java.util.List;

/// Finds the store a command speaks to: over the network, or in the same process for tests and the embedded node.
@FunctionalInterface
public interface StoreOpener {
    /// @param addresses of one node, or of several of one cluster, at least one of which must answer
    /// @throws IOException when nobody answers there; the message is a sentence for people
    Store open(List<ServerAddress> addresses) throws IOException;
}
