package io.distil.wire.server;

import io.distil.base.api.ReadGate;
import io.distil.base.api.Reverts;
import io.distil.base.api.Store;
import io.distil.base.api.StreamStore;

/// What a {@link WireServer} serves.
///
/// A read first passes the gate, which holds no thread, and then asks `store.at(consistency)`. So a store whose `at` does
/// not wait comes with the gate that does; a store that waits by itself comes with {@link ReadGate#OPEN}.
///
/// @param reverts whom clients subscribe to
/// @param isCluster whether clients should ask for the map, because there may be other nodes
public record Served(Store store, ReadGate gate, Reverts reverts, boolean isCluster) {
    /// A node of a cluster.
    public static Served cluster(Store store, ReadGate gate, Reverts reverts) {
        return new Served(store, gate, reverts, true);
    }

    /// A store without a cluster around it: its map has one node, and operations are refused. It has tables if it is a
    /// {@link io.distil.base.api.TableStore}, too.
    public static Served alone(StreamStore store) {
        return new Served(new LoneNode(store), ReadGate.OPEN, Reverts.NONE, false);
    }
}
