package io.distil.integration.simulation.replicas;

import java.util.List;

/// What members of the modelled group send each other; elections are one step of the model and need none.
///
/// @see <a href="https://raft.github.io/raft.pdf">Ongaro and Ousterhout, In Search of an Understandable Consensus
///     Algorithm</a>, figure 2
sealed interface Message {
    long term();

    /// A leader's entries behind `previousIndex`; none is a heartbeat.
    ///
    /// @param round rises with each one sent: who answers it confirms that its sender led when it was sent
    record Append(
            long term,
            int leader,
            long previousIndex,
            long previousTerm,
            List<Entry> entries,
            long commitIndex,
            long round)
            implements Message {}

    /// The receiver is so far behind that its leader has purged what it needs.
    record Behind(long term, int leader) implements Message {}

    /// @param matches whether the entries continued the follower's log
    /// @param index if they did, up to where the follower has the leader's log on disk; else where to try again
    record Answer(long term, int follower, boolean matches, long index, long round) implements Message {}

    /// A batch of commands; without any it is what a new leader begins its term with.
    record Entry(long term, List<byte[]> commands) {
        int bytes() {
            return commands.stream().mapToInt(command -> command.length).sum();
        }
    }
}
