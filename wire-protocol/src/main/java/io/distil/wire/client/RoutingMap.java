package io.distil.wire.client;

import io.distil.base.api.ClusterMap;
import io.distil.base.api.ClusterMap.Group;
import io.distil.base.api.ClusterMap.Member;
import io.distil.base.api.ClusterMap.Node;
import io.distil.base.api.ClusterMap.Tablet;
import io.distil.base.api.Consistency;
import io.distil.base.api.KeyRange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A cluster map as a client uses it: which group has a key, and who leads it. Immutable.
///
/// It may be behind the truth in everything; the nodes refuse what was sent to the wrong one.
final class RoutingMap {
    /// A part of a space that lies in one group.
    record Run(KeyRange range, int group) {}

    private final ClusterMap map;
    private final Map<String, NavigableMap<byte[], Tablet>> tabletsBySpace = new HashMap<>();

    RoutingMap(ClusterMap map) {
        this.map = map;
        for (Tablet tablet : map.tablets()) {
            tabletsBySpace
                    .computeIfAbsent(tablet.space(), _ -> new TreeMap<>(Arrays::compareUnsigned))
                    .put(tablet.range().from(), tablet);
        }
    }

    /// What is known when another map is heard: tablets from the map of the higher revision; of each group what the later term
    /// says. What only one of them knows is kept, unless the other is of a higher revision: a node that is no member of a
    /// group yet, or was asked while it started, knows little.
    RoutingMap merged(ClusterMap heard) {
        boolean isNewer = heard.revision() >= map.revision();
        ClusterMap base = isNewer ? heard : map;
        ClusterMap other = isNewer ? map : heard;
        boolean keepsOthers = base.revision() == other.revision() || base.groups().isEmpty();
        Map<Integer, Group> groups = new TreeMap<>();
        Map<String, Node> nodes = new TreeMap<>();
        if (keepsOthers) {
            other.groups().forEach(group -> groups.put(group.number(), group));
            other.nodes().forEach(node -> nodes.put(node.name(), node));
        }
        for (Group group : base.groups()) {
            Group known = other.group(group.number()).filter(o -> knowsMore(o, group)).orElse(group);
            groups.put(group.number(), known);
        }
        base.nodes().forEach(node -> nodes.put(node.name(), node));
        return new RoutingMap(
                new ClusterMap(
                        base.revision(),
                        List.copyOf(nodes.values()),
                        List.copyOf(groups.values()),
                        base.tablets().isEmpty() ? other.tablets() : base.tablets()));
    }

    private static boolean knowsMore(Group left, Group right) {
        return left.term() != right.term()
                ? left.term() > right.term()
                : !left.leader().isEmpty() && right.leader().isEmpty();
    }

    ClusterMap map() {
        return map;
    }

    // Where keys are.

    /// The group that has a key; the root group has what no tablet is told of.
    int group(String space, byte[] key) {
        NavigableMap<byte[], Tablet> tablets = tabletsBySpace.get(space);
        var before = tablets == null ? null : tablets.floorEntry(key);
        return before == null || !before.getValue().range().contains(key)
                ? ClusterMap.ROOT_GROUP
                : before.getValue().group();
    }

    /// The parts of a range by group, in the order of keys: neighbours in the same group are one part.
    List<Run> runs(String space, KeyRange range) {
        List<Run> runs = new ArrayList<>();
        byte[] from = range.from();
        while (from != null && (range.until() == null || Arrays.compareUnsigned(from, range.until()) < 0)) {
            byte[] until = end(space, from);
            if (until == null || range.until() != null && Arrays.compareUnsigned(until, range.until()) > 0) {
                until = range.until();
            }
            int group = group(space, from);
            if (!runs.isEmpty() && runs.getLast().group() == group) {
                runs.add(new Run(new KeyRange(runs.removeLast().range().from(), until), group));
            } else {
                runs.add(new Run(new KeyRange(from, until), group));
            }
            from = until;
        }
        return runs.isEmpty() ? List.of(new Run(range, group(space, range.from()))) : runs;
    }

    /// Where the tablet, or the gap between tablets, that has a key ends; null at the end of the space.
    private byte[] end(String space, byte[] key) {
        NavigableMap<byte[], Tablet> tablets = tabletsBySpace.get(space);
        if (tablets == null) {
            return null;
        }
        var before = tablets.floorEntry(key);
        return before != null && before.getValue().range().contains(key)
                ? before.getValue().range().until()
                : tablets.higherKey(key);
    }

    // Who has them.

    /// The node that leads a group, as far as is known.
    Optional<Node> leader(int group) {
        return map.group(group).flatMap(g -> map.node(g.leader()));
    }

    /// The members of a group that do not lead it.
    List<Node> followers(int group) {
        List<Node> followers = new ArrayList<>();
        map.group(group)
                .ifPresent(g -> {
                    for (Member member : g.members()) {
                        if (!member.node().equals(g.leader()) && !member.role().equals("unreachable")) {
                            map.node(member.node()).ifPresent(followers::add);
                        }
                    }
                });
        return followers;
    }

    /// Groups to whose nodes a question about everything is put, so that every group is heard of. A stale read may be answered
    /// by any replica of each; for others the leaders are asked, and one that has a replica of another group answers for
    /// that group, too.
    List<Integer> groups(Consistency consistency) {
        List<Integer> chosen = new ArrayList<>();
        Set<Integer> heardOf = new HashSet<>();
        for (Group group : map.groups()) {
            if (consistency instanceof Consistency.BoundedStale || !heardOf.contains(group.number())) {
                chosen.add(group.number());
                heardOf.add(group.number());
                map.groups().stream()
                        .filter(other -> hasVoter(other, group.leader()))
                        .forEach(other -> {
                            heardOf.add(other.number());
                        });
            }
        }
        return chosen.isEmpty() ? List.of(ClusterMap.ROOT_GROUP) : chosen;
    }

    private static boolean hasVoter(Group group, String node) {
        return group.members().stream()
                .anyMatch(member -> member.node().equals(node) && !member.role().equals("learner"));
    }
}
