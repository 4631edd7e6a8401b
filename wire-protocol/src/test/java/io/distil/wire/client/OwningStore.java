package io.distil.wire.client;

import io.distil.base.api.ForwardingStore;
import io.distil.wire.server.WireServer;

import java.io.IOException;

/// A client and the server behind it as one store: closing it closes both.
final class OwningStore extends ForwardingStore {
    private final WireServer server;

    OwningStore(DistilClient client, WireServer server) {
        super(client);
        this.server = server;
    }

    @Override
    public void close() throws IOException {
        super.close();
        server.close();
    }
}
