package io.distil.base.api;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// Looks at a cluster and changes it.
public interface ClusterAdmin {
    ClusterMap clusterMap() throws IOException;

    /// Does an operation to its end. Repeating one that was interrupted completes it.
    ///
    /// @param progress sentences for people, on the calling thread
    /// @throws io.distil.base.Refused `NO_SUCH_NODE`, `CLUSTER_CONFLICT` (another operation is under way, or it would lose the
    ///     majority), `NOT_LEADER`
    void run(Operation operation, Consumer<String> progress) throws IOException;

    /// What can be done to a cluster.
    sealed interface Operation {
        /// Takes a new node in, or a known name with a new data directory (its old peer goes).
        ///
        /// @param groups numbers of the groups it becomes a member of; empty for all
        record Join(ClusterMap.Node node, List<Integer> groups) implements Operation {}

        /// Takes a node out of all groups.
        record Leave(String node) implements Operation {}

        /// Puts `with` (which must have joined or be reachable) into the place of `node` in all its groups.
        record Replace(String node, String with) implements Operation {}

        record TransferLeader(int group, String to) implements Operation {}

        /// A new group with these members; it holds no tablet yet.
        record CreateGroup(List<String> nodes) implements Operation {}

        record Split(long tablet, byte[] key) implements Operation {}

        /// Joins two neighbours of one group.
        record Merge(long left, long right) implements Operation {}

        /// Copies a tablet to another group and hands it over.
        record Move(long tablet, int toGroup) implements Operation {}

        /// Spreads leaders and tablets evenly.
        record Rebalance() implements Operation {}
    }
}
