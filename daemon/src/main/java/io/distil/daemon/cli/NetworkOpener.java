package io.distil.daemon.cli;

import io.distil.base.api.StreamStore;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import java.io.IOException;

/// Opens a daemon over the network.
public final class NetworkOpener implements StoreOpener {
    public static final NetworkOpener INSTANCE = new NetworkOpener();

    private static final DistilClientOptions OPTIONS = DistilClientOptions.DEFAULT.withName("distil");

    private NetworkOpener() {}

    @Override
    public StreamStore open(ServerAddress address) throws IOException {
        return DistilClient.connect(address.host(), address.port(), OPTIONS);
    }
}
