package io.distil.daemon.server;

import io.distil.replication.node.GroupState;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// Meters of a node's groups. Groups and members come and go, so they are written anew whenever somebody looks.
final class GroupGauges {
    private final Map<MultiGauge, ToDoubleFunction<GroupState>> gauges = new LinkedHashMap<>();
    private final MultiGauge behind;

    GroupGauges(MeterRegistry registry) {
        gauge(registry, "distil.raft.leader", "1 on the node that leads the group", s -> s.leads() ? 1 : 0);
        gauge(registry, "distil.raft.ready", "1 while the node knows a leader", s -> s.knowsLeader() ? 1 : 0);
        gauge(registry, "distil.raft.term", "Rises by one with every election", GroupState::term);
        gauge(
                registry,
                "distil.raft.durable.entries",
                "The last entry on this node's disk",
                GroupState::durableEntries);
        gauge(registry, "distil.raft.applied.entries", "The last entry applied here", GroupState::appliedEntries);
        gauge(registry, "distil.tablets", "Tablets that the group serves", GroupState::tablets);
        behind =
                MultiGauge.builder("distil.raft.behind.entries")
                        .description("On the leader: entries that a member has yet to write")
                        .register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<GroupState> read) {
        gauges.put(MultiGauge.builder(name).description(description).register(registry), read);
    }

    void update(Map<Integer, GroupState> states) {
        gauges.forEach((gauge, read) -> {
            List<MultiGauge.Row<?>> rows = new ArrayList<>();
            states.forEach((group, state) -> rows.add(MultiGauge.Row.of(tags(group), read.applyAsDouble(state))));
            gauge.register(rows, true);
        });
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        states.forEach((group, state) ->
                state.behindEntries()
                        .forEach((member, count) ->
                                rows.add(MultiGauge.Row.of(tags(group).and("member", member), count))));
        behind.register(rows, true);
    }

    private static Tags tags(int group) {
        return Tags.of("group", Integer.toString(group));
    }
}
