package io.distil.wire.client;

import io.distil.base.api.ModelStore;
import io.distil.base.api.TableStore;
import io.distil.base.api.TableStoreContract;
import io.distil.wire.server.WireServer;
import io.distil.wire.server.WireServerOptions;

import java.util.List;

/// Tables behind the network do everything tables must.
final class ClientTablesContractTest extends TableStoreContract {
    @Override
    protected TableStore open() throws Exception {
        WireServer server = WireServer.start(new ModelStore(), WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0));
        return new OwningTables(DistilClient.connect("127.0.0.1", server.address().getPort()), List.of(server));
    }
}
