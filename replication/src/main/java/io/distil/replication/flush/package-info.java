/// What streams and tables have in common on their way from the log into a tree: which log entries a tree holds already and
/// which a replay must bring again ({@link io.distil.replication.flush.LoggedCommits}), and work for the thread that builds
/// trees ({@link io.distil.replication.flush.FlushTask}).
package io.distil.replication.flush;
