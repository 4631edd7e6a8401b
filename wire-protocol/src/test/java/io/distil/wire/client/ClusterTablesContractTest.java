package io.distil.wire.client;

import io.distil.base.api.TableStore;
import io.distil.base.api.TableStoreContract;

import java.util.List;

/// The tables of a cluster do everything tables must, asked at the wrong one of its nodes.
final class ClusterTablesContractTest extends TableStoreContract {
    @Override
    protected TableStore open() throws Exception {
        ScriptedCluster cluster = new ScriptedCluster(3, 1);
        cluster.lead(1, "n2");
        return new OwningTables(
                ClusterClient.connect(List.of(cluster.node("n1").address()), ClusterClientOptions.DEFAULT),
                List.of(cluster));
    }
}
