package io.distil.daemon.server;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Store;
import io.distil.distillates.DistillateRunner;
import io.distil.distillates.RunnerOptions;
import io.distil.replication.node.NodeStore;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;

/// Runs the distillates of a cluster while this node leads the root group, as a client like everybody. A thread of its own.
///
/// For a moment after a change of leaders two nodes may run them. That does no harm: each piece of output is written
/// together with its cursor, whose revision must be the expected one, so of two that do the same piece one is refused.
final class LeaderDistillates implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderDistillates.class);
    private static final long LOOK_MILLIS = 200;

    private final NodeStore node;
    private final HostPort address;
    private final OtherNodes others = new OtherNodes();
    private final Thread thread;
    private volatile boolean closing;
    private Store store;
    private DistillateRunner runner;

    private LeaderDistillates(NodeStore node, HostPort address) {
        this.node = node;
        this.address = address;
        this.thread = Thread.ofPlatform().name("distil-distillates-watch").unstarted(this::run);
    }

    /// @param address where this node's own door is
    static LeaderDistillates start(NodeStore node, InetSocketAddress address) {
        LeaderDistillates distillates =
                new LeaderDistillates(node, new HostPort(address.getAddress().getHostAddress(), address.getPort()));
        distillates.thread.start();
        return distillates;
    }

    private void run() {
        while (!closing) {
            try {
                boolean leads = node.leads(ClusterMap.ROOT_GROUP);
                if (leads && runner == null) {
                    begin();
                } else if (!leads && runner != null) {
                    end();
                }
                Thread.sleep(LOOK_MILLIS);
            } catch (IOException | Refused e) {
                LOG.warn("The distillates cannot be run now: {}", e.getMessage());
            } catch (InterruptedException e) {
                closing = true;
            }
        }
        end();
    }

    private void begin() throws IOException {
        store = others.cluster(address);
        runner = new DistillateRunner(store, NanoClock.SYSTEM, RunnerOptions.DEFAULT);
        runner.start();
        LOG.info("This node leads the root group and runs the distillates.");
    }

    private void end() {
        if (runner != null) {
            runner.close();
            runner = null;
            LOG.info("This node does not run the distillates any more.");
        }
        if (store != null) {
            try {
                store.close();
            } catch (IOException e) {
                LOG.debug("The distillates' connection did not close.", e);
            }
            store = null;
        }
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
