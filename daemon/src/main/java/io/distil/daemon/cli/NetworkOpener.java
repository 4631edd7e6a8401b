package io.distil.daemon.cli;

import io.distil.base.api.Store;
import io.distil.wire.client.DistilClient;
import io.distil.wire.client.DistilClientOptions;

import java.io.IOException;
import java.util.List;

/// Opens a daemon over the network.
public final class NetworkOpener implements StoreOpener {
    public static final NetworkOpener INSTANCE = new NetworkOpener();

    private static final DistilClientOptions OPTIONS = DistilClientOptions.DEFAULT.withName("distil");

    private NetworkOpener() {}

    @Override
    public Store open(List<ServerAddress> addresses) throws IOException {
        ServerAddress address = addresses.getFirst();
        return DistilClient.connect(address.host(), address.port(), OPTIONS);
    }
}
