package io.distil.replication.node;

import java.util.Map;

/// How a group looks from this node, for monitoring. Entries are Raft's.
///
/// @param leads whether this node leads it
/// @param knowsLeader whether it has a leader that this node knows of
/// @param durableEntries the last entry on this node's disk; -1 if there is none
/// @param appliedEntries the last entry applied here; -1 if there is none
/// @param behindEntries on the leader: by member, how many entries it has yet to write; empty elsewhere
/// @param tablets how many tablets the group serves
public record GroupState(
        boolean leads,
        boolean knowsLeader,
        long term,
        long durableEntries,
        long appliedEntries,
        Map<String, Long> behindEntries,
        long tablets) {}
