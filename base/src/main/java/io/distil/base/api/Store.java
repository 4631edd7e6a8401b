package io.distil.base.api;

/// Everything that can be asked of a node or of a cluster: streams, tables, and the cluster itself. What a client connects
/// to, and what a node serves. Safe for use by many threads.
public interface Store extends StreamStore, TableStore, ClusterAdmin {
    /// The same store, read at another consistency than {@link Consistency#LINEARIZABLE}. It shares everything with this one
    /// and is not closed by itself; mutations through it are the same as through this one.
    ///
    /// Reads through it throw {@link io.distil.base.Refused}: `NOT_LEADER` where only the leader may answer, with a sentence
    /// that names it, `TOO_STALE` where the bound is not kept.
    Store at(Consistency consistency);
}
