package io.distil.wire.server;

import io.distil.base.api.GroupDoor;
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
/// @param groups whom those ask who place tablets
/// @param isCluster whether clients should ask for the map, because there may be other nodes
public record Served(Store store, ReadGate gate, Reverts reverts, GroupDoor groups, boolean isCluster) {
    /// A node of a cluster. Its groups can be reached by their numbers if the store is a {@link GroupDoor}, too.
    public static Served cluster(Store store, ReadGate gate, Reverts reverts) {
        return new Served(store, gate, reverts, store instanceof GroupDoor door ? door : GroupDoor.NONE, true);
    }

    /// A store without a cluster around it: its map has one node, and operations are refused. It has tables if it is a
    /// {@link io.distil.base.api.TableStore}, too.
    public static Served alone(StreamStore store) {
        return new Served(new LoneNode(store), ReadGate.OPEN, Reverts.NONE, GroupDoor.NONE, false);
    }
}
