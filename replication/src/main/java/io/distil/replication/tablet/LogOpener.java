package io.distil.replication.tablet;

import io.distil.base.api.ClusterMap;
import io.distil.replication.log.CommandLog;
import io.distil.replication.log.Journal;
import io.distil.replication.log.LocalCommandLog;
import io.distil.storage.ring.Disk;

import java.io.IOException;

/// Makes the log of a store that is being opened: on one disk, or replicated.
@FunctionalInterface
public interface LogOpener {
    /// What the log starts from, and whom it talks to.
    ///
    /// @param disk of the replica, its log in `log/`; stays open
    /// @param replayFrom the first position that the last checkpoint needs again; at least 1
    /// @param appliedThrough the last position that the last checkpoint contains; 0 if there is none
    /// @param appliedTerm the term of that position
    /// @param replay takes entries from `replayFrom` on that are known to be committed, from inside the call of
    ///     {@link #open}. One disk hands over all it has; a replicated log may hand over some, none, or leave it to
    ///     {@link CommandLog#poll}
    /// @param doorbell makes the tablet's thread poll the log soon; any thread, costs next to nothing
    /// @param replica what a replicated log's owner may ask of the replica, once `open` has returned
    record Opening(
            Disk disk,
            long replayFrom,
            long appliedThrough,
            long appliedTerm,
            CommandLog.Handler replay,
            Runnable doorbell,
            ReplicaControl replica) {}

    /// The group whose log it is.
    default int group() {
        return ClusterMap.ROOT_GROUP;
    }

    /// @return the log; closed with the store
    CommandLog open(Opening opening) throws IOException;

    /// The log of a node without replicas.
    static LogOpener local(Journal.Options options) {
        return opening ->
                LocalCommandLog.open(
                        opening.disk(), options, opening.replayFrom(), opening.appliedThrough(), opening.replay());
    }
}
