package io.distil.replication.node;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.ClusterAdmin.Operation;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Mutation;
import io.distil.base.api.Store;
import io.distil.base.api.StoredRecord;
import io.distil.replication.placement.Coordinator;
import io.distil.replication.raft.RaftNode;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Carries out operations on the cluster, each to its end. What concerns a group is done by the node that leads it: an
/// operation is cut into one for each group, and those that other nodes lead are handed to them.
///
/// Nothing of an operation is kept but what Raft and the root group's records hold, and each step finds out what is done
/// already: repeating an operation that was interrupted completes it.
final class Operations {
    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);

    private final RaftNode raft;
    private final Replicas replicas;
    private final ClusterMaps maps;
    private final Nodes nodes;
    private final RootRecords records;
    private final Coordinator coordinator;

    Operations(
            RaftNode raft,
            Replicas replicas,
            ClusterMaps maps,
            Nodes nodes,
            RootRecords records,
            Coordinator coordinator) {
        this.raft = raft;
        this.replicas = replicas;
        this.maps = maps;
        this.nodes = nodes;
        this.records = records;
        this.coordinator = coordinator;
    }

    void run(Operation operation, Consumer<String> progress) throws IOException {
        LOG.info("Asked for {}.", operation);
        switch (operation) {
            case Operation.Join(ClusterMap.Node node, List<Integer> groups) ->
                    eachGroup(
                            groups.isEmpty() ? allGroups() : groups,
                            group -> new Operation.Join(node, List.of(group)),
                            group -> raft.admin(group).add(node, progress),
                            progress);
            case Operation.Leave(String node) -> leave(node, progress);
            case Operation.Replace(String node, String with) -> replace(node, with, progress);
            case Operation.TransferLeader(int group, String to) ->
                    eachGroup(
                            List.of(group),
                            _ -> operation,
                            _ -> {
                                progress.accept("group " + group + " hands its leadership to node " + to);
                                raft.admin(group).transferLeader(to);
                            },
                            progress);
            case Operation.CreateGroup(List<String> members) -> createGroup(members, progress);
            case Operation.Split _, Operation.Merge _, Operation.Move _ ->
                    eachGroup(
                            List.of(ClusterMap.ROOT_GROUP),
                            _ -> operation,
                            _ -> ofTablets(operation, progress),
                            progress);
            case Operation.Rebalance _ -> rebalance(progress);
        }
    }

    private interface Step {
        void of(int group) throws IOException;
    }

    private interface Handed {
        Operation of(int group);
    }

    /// Does a step of groups that this node leads, and hands the others to their leaders.
    private void eachGroup(List<Integer> groups, Handed handed, Step step, Consumer<String> progress)
            throws IOException {
        for (int group : groups) {
            if (maps.leads(group)) {
                step.of(group);
                recordMembers(group);
            } else {
                handOver(group, handed.of(group), progress);
            }
        }
    }

    private void handOver(int group, Operation operation, Consumer<String> progress) throws IOException {
        ClusterMap.Node leader = maps.leader(group);
        if (leader.name().equals(raft.self().name())) {
            throw new Refused(ErrorCode.NOT_LEADER, "group " + group + " is about to change its leader; try again");
        }
        try (Store store = nodes.reach(leader)) {
            store.run(operation, progress);
        }
    }

    private List<Integer> allGroups() throws IOException {
        return maps.map().groups().stream().map(ClusterMap.Group::number).toList();
    }

    /// Group after group. A leader hands over its leadership before it goes.
    private void leave(String node, Consumer<String> progress) throws IOException {
        ClusterMap map = maps.map();
        List<Integer> groups = groupsOf(map, node);
        if (groups.isEmpty()) {
            throw new Refused(ErrorCode.NO_SUCH_NODE, "node " + node + " is not a member of any group");
        }
        for (int group : groups) {
            if (maps.leads(group) && node.equals(raft.self().name())) {
                giveUpLeadership(group, progress);
            }
        }
        eachGroup(
                groupsOf(maps.map(), node),
                _ -> new Operation.Leave(node),
                group -> raft.admin(group).remove(node, progress),
                progress);
    }

    private void giveUpLeadership(int group, Consumer<String> progress) throws IOException {
        ClusterMap.Member next =
                raft.admin(group).status().members().stream()
                        .filter(member -> member.role().equals("follower"))
                        .max(Comparator.comparingLong(ClusterMap.Member::durableThrough))
                        .orElseThrow(() ->
                                new Refused(
                                        ErrorCode.CLUSTER_CONFLICT,
                                        "no other member of group " + group + " can lead it"));
        progress.accept("group " + group + " hands its leadership to node " + next.node());
        raft.admin(group).transferLeader(next.node());
        awaitLeader(group);
    }

    private void awaitLeader(int group) throws IOException {
        for (int i = 0; i < 100 && maps.leads(group); i++) {
            pause();
        }
        for (int i = 0; i < 100; i++) {
            try {
                maps.leader(group);
                return;
            } catch (Refused e) {
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the cluster was being changed", e);
        }
    }

    private void replace(String node, String with, Consumer<String> progress) throws IOException {
        ClusterMap map = maps.map();
        ClusterMap.Node coming =
                map.node(with)
                        .orElseThrow(
                                () -> new Refused(ErrorCode.NO_SUCH_NODE, "the cluster does not know node " + with));
        eachGroup(
                groupsOf(map, node),
                _ -> new Operation.Replace(node, with),
                group -> raft.admin(group).replace(node, coming, progress),
                progress);
    }

    private static List<Integer> groupsOf(ClusterMap map, String node) {
        return map.groups().stream()
                .filter(group -> group.members().stream().anyMatch(member -> member.node().equals(node)))
                .map(ClusterMap.Group::number)
                .toList();
    }

    /// The first of the members makes the group with itself alone, then takes the others in.
    private void createGroup(List<String> members, Consumer<String> progress) throws IOException {
        ClusterMap map = maps.map();
        List<ClusterMap.Node> joining = new ArrayList<>();
        for (String name : members) {
            joining.add(
                    map.node(name)
                            .orElseThrow(() ->
                                    new Refused(ErrorCode.NO_SUCH_NODE, "the cluster does not know node " + name)));
        }
        ClusterMap.Node first = joining.getFirst();
        if (!first.name().equals(raft.self().name())) {
            try (Store store = nodes.reach(first)) {
                store.run(new Operation.CreateGroup(members), progress);
            }
            return;
        }
        int number = map.groups().stream().mapToInt(ClusterMap.Group::number).max().orElse(0) + 1;
        // Written before the group is there: should two be made at once, one of them is refused here.
        write(new GroupRecord(number, 0, joining));
        progress.accept("group " + number + " is made by node " + first.name());
        replicas.open(number);
        raft.create(number);
        awaitLeader(number);
        for (ClusterMap.Node node : joining.subList(1, joining.size())) {
            raft.admin(number).add(node, progress);
        }
        recordMembers(number);
    }

    /// On the node that leads the root group. The keeper carries a move on; here its end is waited for.
    private void ofTablets(Operation operation, Consumer<String> progress) throws IOException {
        switch (operation) {
            case Operation.Split(long tablet, byte[] key) -> {
                synchronized (coordinator) {
                    coordinator.split(tablet, key, maps.tables());
                }
                progress.accept("tablet " + tablet + " was split; nothing was copied");
            }
            case Operation.Merge(long left, long right) -> {
                synchronized (coordinator) {
                    coordinator.merge(left, right, maps.tables());
                }
                progress.accept("tablet " + right + " was merged into tablet " + left);
            }
            case Operation.Move(long tablet, int toGroup) -> {
                long move;
                synchronized (coordinator) {
                    move = coordinator.beginMove(tablet, toGroup, maps.tables());
                }
                progress.accept("tablet " + tablet + " is being copied to group " + toGroup);
                while (move != 0 && coordinator.isUnderWay(move)) {
                    pause();
                }
                boolean isThere =
                        coordinator.map().tablets(maps.tables()).stream()
                                .anyMatch(now -> now.id() == tablet && now.group() == toGroup);
                if (!isThere) {
                    throw new Refused(
                            ErrorCode.CLUSTER_CONFLICT,
                            "the move of tablet "
                                    + tablet
                                    + " was given up, and it is where it was; the log of node "
                                    + raft.self().name()
                                    + " says why");
                }
            }
            default -> throw new Refused(ErrorCode.INVALID_ARGUMENT, operation + " is not about tablets");
        }
    }

    /// Spreads the leaderships: a node that leads two groups more than another that could, hands one over.
    private void rebalance(Consumer<String> progress) throws IOException {
        boolean changed = true;
        while (changed) {
            changed = false;
            ClusterMap map = maps.map();
            Map<String, Long> led =
                    map.groups().stream()
                            .filter(group -> !group.leader().isEmpty())
                            .collect(
                                    Collectors.groupingBy(
                                            ClusterMap.Group::leader, TreeMap::new, Collectors.counting()));
            for (ClusterMap.Group group : map.groups()) {
                Optional<String> better =
                        group.members().stream()
                                .filter(member -> member.role().equals("follower"))
                                .map(ClusterMap.Member::node)
                                .filter(name -> led.getOrDefault(name, 0L) + 1 < led.getOrDefault(group.leader(), 0L))
                                .findFirst();
                if (better.isPresent()) {
                    run(new Operation.TransferLeader(group.number(), better.get()), progress);
                    changed = true;
                    break;
                }
            }
        }
    }

    /// Writes down who is in a group now, for those who are not. What cannot be written now is written with the next change;
    /// who reads it before that asks a node that was a member.
    private void recordMembers(int group) {
        try {
            List<ClusterMap.Node> members = raft.admin(group).nodes();
            long revision =
                    records.records(GroupRecord.PREFIX + group).stream()
                            .filter(record -> record.key().equals(GroupRecord.PREFIX + group))
                            .mapToLong(StoredRecord::revision)
                            .findFirst()
                            .orElse(0);
            write(new GroupRecord(group, revision, members));
        } catch (IOException | Refused e) {
            LOG.info("The members of group {} could not be written down now.", group, e);
        }
    }

    private void write(GroupRecord record) throws IOException {
        records.write(
                new Mutation.Atomic(
                        List.of(),
                        List.of(
                                new Mutation.PutRecord(
                                        record.key(), record.revision(), Optional.of(record.encode())))));
    }
}
