package io.distil.daemon.server;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterAdmin;
import io.distil.base.api.Store;
import io.distil.replication.node.NodeStore;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Asks for this node to be taken into a cluster, until it is; and once more when its addresses are not those that the
/// cluster knows. A thread of its own, so that the node answers meanwhile.
///
/// A host of `join` that stands for several addresses, as a name in front of all nodes does, is asked at each of them.
final class Joining implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    private static final long RETRY_MILLIS = 500;
    private static final long REPORT_MILLIS = 10_000;

    private final NodeStore node;
    private final List<String> addresses;
    private final OtherNodes others;
    private final Thread thread;
    private volatile boolean closing;

    private Joining(NodeStore node, List<String> addresses, OtherNodes others) {
        this.node = node;
        this.addresses = addresses;
        this.others = others;
        this.thread = Thread.ofPlatform().name("distil-joining").daemon().unstarted(this::run);
    }

    static Joining start(NodeStore node, List<String> addresses, OtherNodes others) {
        Joining joining = new Joining(node, addresses, others);
        joining.thread.start();
        return joining;
    }

    private void run() {
        String last = "";
        long reportedMillis = 0;
        while (!closing && !node.isMember()) {
            try {
                if (addresses.isEmpty()) {
                    // A founder is a member in a moment; one that moved to another address says so itself.
                    pause();
                    tellAddresses();
                } else {
                    joinByAny();
                }
            } catch (IOException | Refused e) {
                long now = System.nanoTime() / 1_000_000;
                if (!e.getMessage().equals(last) || now - reportedMillis > REPORT_MILLIS) {
                    last = e.getMessage();
                    reportedMillis = now;
                    LOG.info("Node {} is not in its cluster yet: {}", node.self().name(), last);
                }
                pause();
            }
        }
    }

    private void tellAddresses() throws IOException {
        if (!closing && !node.isMember() && hasLeader()) {
            node.run(new ClusterAdmin.Operation.Join(node.self(), List.of()), Joining::tell);
        }
    }

    private boolean hasLeader() throws IOException {
        return node.clusterMap().groups().stream().anyMatch(group -> !group.leader().isEmpty());
    }

    private static void tell(String sentence) {
        LOG.info("Joining: {}.", sentence);
    }

    private void joinByAny() throws IOException {
        List<String> answers = new ArrayList<>();
        for (HostPort address : resolved()) {
            if (closing) {
                return;
            }
            try (Store store = others.reach(address)) {
                store.run(new ClusterAdmin.Operation.Join(node.self(), List.of()), Joining::tell);
                LOG.info("Node {} is a member of its cluster.", node.self().name());
                return;
            } catch (IOException | Refused e) {
                answers.add(address + ": " + e.getMessage());
            }
        }
        throw new IOException(String.join("; ", answers));
    }

    private List<HostPort> resolved() throws IOException {
        List<HostPort> resolved = new ArrayList<>();
        String self = node.self().listen();
        for (String text : addresses) {
            HostPort address = HostPort.parse("join", text);
            for (InetAddress each : InetAddress.getAllByName(address.host())) {
                resolved.add(address.withHost(each.getHostAddress()));
            }
        }
        resolved.removeIf(address -> address.toString().equals(self));
        if (resolved.isEmpty()) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "join names no node but this one");
        }
        return resolved;
    }

    private void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            closing = true;
        }
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
    }
}
