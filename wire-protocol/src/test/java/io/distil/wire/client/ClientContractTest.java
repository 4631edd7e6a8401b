package io.distil.wire.client;

import io.distil.base.api.ModelStore;
import io.distil.base.api.StreamStore;
import io.distil.base.api.StreamStoreContract;
import io.distil.wire.server.WireServer;
import io.distil.wire.server.WireServerOptions;

/// A store behind the network does everything a store must.
final class ClientContractTest extends StreamStoreContract {
    private WireServer server;

    @Override
    protected StreamStore open() throws Exception {
        server = WireServer.start(new ModelStore(), WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0));
        return new OwningStore(
                DistilClient.connect("127.0.0.1", server.address().getPort(), DistilClientOptions.DEFAULT), server);
    }
}
