package io.distil.replication.node;

import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.replication.placement.Coordinator;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// While this node leads the root group: carries moves of tablets on, and now and then compares the map with the groups. The
/// moves are records, so the next leader goes on where this one ended. A thread of its own; the coordinator has one caller at
/// a time.
final class TabletKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TabletKeeper.class);
    private static final long LOOK_MILLIS = 500;
    private static final long RECONCILE_LOOKS = 20;

    private final ClusterMaps maps;
    private final Coordinator coordinator;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("distil-tablet-keeper").daemon().factory());
    private long looks;
    private String lastTrouble = "";

    private TabletKeeper(ClusterMaps maps, Coordinator coordinator) {
        this.maps = maps;
        this.coordinator = coordinator;
    }

    static TabletKeeper start(ClusterMaps maps, Coordinator coordinator) {
        TabletKeeper keeper = new TabletKeeper(maps, coordinator);
        keeper.timer.scheduleWithFixedDelay(keeper::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return keeper;
    }

    /// Catches everything: a timer that saw a failure would never call again, and moves would wait for ever. The first look
    /// may come while a group is just being made.
    private void look() {
        try {
            if (!maps.leads(ClusterMap.ROOT_GROUP)) {
                return;
            }
            synchronized (coordinator) {
                while (coordinator.step() > 0 && !Thread.currentThread().isInterrupted()) {
                    // A move under way is carried on without a pause.
                }
                if (looks++ % RECONCILE_LOOKS == 0) {
                    coordinator.reconcile(groups());
                }
            }
            lastTrouble = "";
        } catch (IOException | RuntimeException e) {
            // It is tried again by the next look; what was in doubt is found out then.
            String trouble = String.valueOf(e.getMessage());
            if (!trouble.equals(lastTrouble)) {
                lastTrouble = trouble;
                LOG.info("Tablets cannot be looked after now: {}", trouble, e instanceof Refused ? null : e);
            }
        }
    }

    private List<Integer> groups() throws IOException {
        return maps.map().groups().stream().map(ClusterMap.Group::number).toList();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            timer.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
