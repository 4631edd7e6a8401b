package io.distil.daemon.cli;

import io.distil.base.api.Store;
import io.distil.wire.client.ClusterClient;
import io.distil.wire.client.ClusterClientOptions;

import java.io.IOException;
import java.util.List;

/// Opens a daemon, or a cluster of them, over the network.
public final class NetworkOpener implements StoreOpener {
    public static final NetworkOpener INSTANCE = new NetworkOpener();

    private static final ClusterClientOptions OPTIONS = ClusterClientOptions.DEFAULT.withName("distil");

    private NetworkOpener() {}

    @Override
    public Store open(List<ServerAddress> addresses) throws IOException {
        return ClusterClient.connect(addresses.stream().map(NetworkOpener::text).toList(), OPTIONS);
    }

    private static String text(ServerAddress address) {
        return (address.host().contains(":") ? "[" + address.host() + "]" : address.host()) + ":" + address.port();
    }
}
