package io.distil.daemon.server;

import io.distil.base.api.StreamStore;
import io.distil.replication.node.GroupState;
import io.distil.replication.tablet.StoreMetrics;
import io.distil.wire.server.Served;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// The node inside a daemon, on its own or in a cluster, as the doors of the daemon need it.
interface HostedNode extends AutoCloseable {
    /// For the network.
    Served served();

    /// In this process.
    StreamStore store();

    /// Begins what needs the network: the doors are open.
    ///
    /// @param address where clients reach this node from here
    void doorsOpen(InetSocketAddress address) throws IOException;

    /// Ends what {@link #doorsOpen} began.
    void doorsClose();

    /// What is wrong with it, or empty.
    Optional<String> trouble();

    /// Why it should not be asked now, or empty.
    Optional<String> whyNotReady();

    /// What its replicas count, by group.
    Map<Integer, StoreMetrics> metrics();

    /// How its groups are; empty for a node on its own.
    Map<Integer, GroupState> states();

    /// Names and values that tell the groups' metrics apart; none where there is one group.
    String[] tags(int group);

    SortedMap<String, String> status();

    /// For the ready line: ` name=value …`, or empty.
    String readyFields();

    @Override
    void close() throws IOException;
}
