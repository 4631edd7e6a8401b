package io.distil.replication.node;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.TableInfo;
import io.distil.replication.placement.OwnedTablet;
import io.distil.replication.placement.TabletMap;
import io.distil.replication.raft.RaftNode;
import io.distil.replication.tablet.LocalStore;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What this node knows of the cluster: of its own groups by Raft, of the other groups and the tablets by the records of the
/// root group.
///
/// A group's record, `groups/N` in the root group, is written when the group is made and whenever its members change by an
/// operation; it is where somebody looks who is not a member. The members themselves know better, by Raft.
final class ClusterMaps {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterMaps.class);

    /// See `docs/formats/log.md` on positions in a Raft group.
    private static final int ENTRY_SHIFT = 12;

    private final RaftNode raft;
    private final Replicas replicas;

    ClusterMaps(RaftNode raft, Replicas replicas) {
        this.raft = raft;
        this.replicas = replicas;
    }

    /// The map as this node knows it. How far members are, only the leader of their group knows in full.
    ClusterMap map() throws IOException {
        Map<String, ClusterMap.Node> known = new TreeMap<>();
        Map<Integer, ClusterMap.Group> groups = new TreeMap<>();
        for (GroupRecord record : records()) {
            record.nodes().forEach(node -> known.put(node.name(), node));
            groups.put(record.number(), record.group());
        }
        known.put(raft.self().name(), raft.self());
        for (int group : raft.groups()) {
            try {
                raft.admin(group).nodes().forEach(node -> known.put(node.name(), node));
                groups.put(group, raft.admin(group).status());
            } catch (IOException | Refused e) {
                LOG.debug("Nothing is known of group {} at the moment.", group, e);
            }
        }
        Optional<LocalStore> root = replicas.get(ClusterMap.ROOT_GROUP);
        TabletMap tablets = TabletMap.of(root.isPresent() ? root.get().records(TabletMap.PREFIX) : List.of());
        return new ClusterMap(
                tablets.revision(),
                List.copyOf(known.values()),
                List.copyOf(groups.values()),
                root.isPresent() ? tablets.tablets(tables(root.get())) : List.of());
    }

    private static List<String> tables(LocalStore root) {
        return root.tables("").stream().map(TableInfo::name).toList();
    }

    /// Names of the tables that the map may have no rows of yet, because nobody has split them.
    List<String> tables() {
        return replicas.get(ClusterMap.ROOT_GROUP).map(ClusterMaps::tables).orElse(List.of());
    }

    /// Where the leader of a group is.
    ///
    /// @throws Refused `CLUSTER_CONFLICT` if there is no such group, `NOT_LEADER` if it has no leader now
    ClusterMap.Node leader(int number) throws IOException {
        ClusterMap map = map();
        ClusterMap.Group group =
                map.group(number)
                        .orElseThrow(() -> new Refused(ErrorCode.CLUSTER_CONFLICT, "there is no group " + number));
        return map.node(group.leader())
                .orElseThrow(() ->
                        new Refused(
                                ErrorCode.NOT_LEADER, "group " + number + " has no leader that this node knows of"));
    }

    /// The members of a group as far as they are known.
    List<ClusterMap.Node> members(int number) throws IOException {
        ClusterMap map = map();
        ClusterMap.Group group =
                map.group(number)
                        .orElseThrow(() -> new Refused(ErrorCode.CLUSTER_CONFLICT, "there is no group " + number));
        return group.members().stream().flatMap(member -> map.node(member.node()).stream()).toList();
    }

    /// All nodes this one knows but itself.
    List<ClusterMap.Node> others() throws IOException {
        return map().nodes().stream().filter(node -> !node.name().equals(raft.self().name())).toList();
    }

    boolean isMember() {
        for (int group : raft.groups()) {
            try {
                if (raft.admin(group).nodes().contains(raft.self())) {
                    return true;
                }
            } catch (IOException | Refused e) {
                LOG.debug("Nothing is known of group {} at the moment.", group, e);
            }
        }
        return false;
    }

    boolean leads(int group) {
        try {
            return raft.groups().contains(group) && raft.admin(group).status().leader().equals(raft.self().name());
        } catch (IOException | Refused e) {
            return false;
        }
    }

    List<String> roles() {
        List<String> roles = new ArrayList<>();
        for (int group : raft.groups()) {
            roles.add(group + ":" + role(group));
        }
        return roles;
    }

    private String role(int group) {
        try {
            return raft.admin(group).status().members().stream()
                    .filter(member -> member.node().equals(raft.self().name()))
                    .map(ClusterMap.Member::role)
                    .findFirst()
                    .orElse("joining");
        } catch (IOException | Refused e) {
            return "starting";
        }
    }

    /// How this node's groups are, by number; one that has not started is left out.
    Map<Integer, GroupState> states() {
        Map<Integer, GroupState> states = new TreeMap<>();
        replicas.all()
                .forEach((group, store) -> {
                    try {
                        states.put(group, state(raft.admin(group).status(), store));
                    } catch (IOException | Refused e) {
                        LOG.debug("Nothing is known of group {} at the moment.", group, e);
                    }
                });
        return states;
    }

    private GroupState state(ClusterMap.Group group, LocalStore store) {
        String self = raft.self().name();
        boolean leads = group.leader().equals(self);
        long durable = -1;
        long applied = -1;
        for (ClusterMap.Member member : group.members()) {
            if (member.node().equals(self)) {
                durable = entries(member.durableThrough());
                applied = entries(member.appliedThrough());
            }
        }
        Map<String, Long> behind = new TreeMap<>();
        for (ClusterMap.Member member : group.members()) {
            if (leads && !member.node().equals(self)) {
                behind.put(member.node(), Math.max(0, durable - entries(member.durableThrough())));
            }
        }
        return new GroupState(
                leads,
                !group.leader().isEmpty(),
                group.term(),
                durable,
                applied,
                behind,
                served(store, group.number()));
    }

    /// A position counts the commands of an entry in its lower bits.
    private static long entries(long position) {
        return position < 0 ? -1 : position >>> ENTRY_SHIFT;
    }

    /// A group that was never told anything names no tablets; as the root group it has one of each space, of which the
    /// streams' are counted.
    private static long served(LocalStore store, int group) {
        long named =
                store.tablets().tablets().stream()
                        .filter(tablet -> tablet.state() == OwnedTablet.State.SERVING)
                        .count();
        return named == 0 && group == ClusterMap.ROOT_GROUP ? 1 : named;
    }

    /// Why one of the groups cannot be asked here yet, or empty.
    Optional<String> whyNotReady() {
        for (int group : raft.groups()) {
            try {
                if (raft.admin(group).status().leader().isEmpty()) {
                    return Optional.of("group " + group + " has no leader that this node knows of");
                }
            } catch (IOException | Refused e) {
                return Optional.of("group " + group + " has not started on this node");
            }
        }
        return Optional.empty();
    }

    private List<GroupRecord> records() throws IOException {
        Optional<LocalStore> root = replicas.get(ClusterMap.ROOT_GROUP);
        List<GroupRecord> records = new ArrayList<>();
        for (StoredRecord record :
                root.isPresent() ? root.get().records(GroupRecord.PREFIX) : List.<StoredRecord>of()) {
            records.add(GroupRecord.decode(record));
        }
        return records;
    }
}
