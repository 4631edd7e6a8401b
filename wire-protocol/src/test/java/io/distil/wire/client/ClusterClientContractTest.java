package io.distil.wire.client;

import io.distil.base.api.ForwardingStore;
import io.distil.base.api.StreamStore;
import io.distil.base.api.StreamStoreContract;

import java.io.IOException;
import java.util.List;

/// A cluster does everything a store must, asked at the wrong one of its nodes.
final class ClusterClientContractTest extends StreamStoreContract {
    @Override
    protected StreamStore open() throws Exception {
        ScriptedCluster cluster = new ScriptedCluster(3, 1);
        cluster.lead(1, "n2");
        ClusterClient client =
                ClusterClient.connect(List.of(cluster.node("n1").address()), ClusterClientOptions.DEFAULT);
        return new ForwardingStore(client) {
            @Override
            public void close() throws IOException {
                super.close();
                cluster.close();
            }
        };
    }
}
