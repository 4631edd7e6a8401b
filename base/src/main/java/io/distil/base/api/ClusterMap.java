package io.distil.base.api;

import java.util.List;
import java.util.Optional;

/// Which nodes there are, which groups they form, and which tablet lies in which group. Clients keep one and ask for another
/// when a node says that a tablet is not (or no longer) its own.
///
/// @param revision of the tablets; a map with a higher one is newer
public record ClusterMap(long revision, List<Node> nodes, List<Group> groups, List<Tablet> tablets) {
    /// A process.
    ///
    /// @param name chosen by people, unique: `n1`
    /// @param peer the name with the identity of its data directory: a wiped node comes back as another peer and has no vote
    /// @param listen `HOST:PORT` of the binary protocol
    /// @param raft `HOST:PORT` among nodes
    /// @param http `HOST:PORT` of metrics and health, or empty
    public record Node(String name, String peer, String listen, String raft, String http) {}

    /// A Raft group: nodes that keep the same log.
    ///
    /// @param number 1 is the root group, which holds the tablet map
    /// @param leader node's name, or empty while there is none
    public record Group(int number, String leader, long term, List<Member> members) {
        public Group {
            members = List.copyOf(members);
        }
    }

    /// A node in a group.
    ///
    /// @param role `leader`, `follower`, `candidate`, `learner` or `unreachable`
    /// @param durableThrough log position up to which the node has everything on disk, as the leader knows; -1 if it does not
    /// @param appliedThrough log position up to which it has applied everything, as far as is known; -1 if it is not
    public record Member(String node, String role, long durableThrough, long appliedThrough) {}

    /// A range of keys and the group that holds it.
    ///
    /// @param id never used again
    /// @param space {@link #STREAMS}, or the table's name
    /// @param range of keys of the table; for streams, of the 16 bytes of the UUID and the 8 bytes of the time (see
    ///     {@link StreamKey})
    /// @param generation raised whenever range or group changes
    /// @param state `serving`, or what is being done with it: `moving to 2`
    public record Tablet(long id, String space, KeyRange range, int group, long generation, String state) {}

    /// The space of streams; no table can have this name.
    public static final String STREAMS = "\0streams";

    /// The group that holds the tablet map.
    public static final int ROOT_GROUP = 1;

    public ClusterMap {
        nodes = List.copyOf(nodes);
        groups = List.copyOf(groups);
        tablets = List.copyOf(tablets);
    }

    public Optional<Node> node(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    public Optional<Group> group(int number) {
        return groups.stream().filter(group -> group.number() == number).findFirst();
    }

    /// The tablet that holds `key`.
    public Optional<Tablet> tablet(String space, byte[] key) {
        return tablets.stream()
                .filter(tablet -> tablet.space().equals(space) && tablet.range().contains(key))
                .findFirst();
    }
}
