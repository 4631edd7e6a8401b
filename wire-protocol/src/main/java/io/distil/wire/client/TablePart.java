package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.Consistency;
import io.distil.base.api.KeyRange;
import io.distil.base.api.VersionSelector;

import java.io.IOException;
import java.util.List;

/// A range of a table in one group, held at a version by some node. When that node is gone, another one of the group is asked
/// for the same version, which means the same rows on every replica.
final class TablePart {
    private final ClusterReads reads;
    private final Consistency consistency;
    private final String table;
    private final KeyRange range;
    private final int group;
    private final Version version;
    private RemoteTableSnapshot held;
    private boolean isClosed;

    private TablePart(
            ClusterReads reads, Consistency consistency, KeyRange range, int group, RemoteTableSnapshot held) {
        this.reads = reads;
        this.consistency = consistency;
        this.table = held.table();
        this.range = range;
        this.group = group;
        this.version = held.version();
        this.held = held;
    }

    /// One try to open the part at the node that has it by the map there is.
    static TablePart open(
            ClusterReads reads,
            Consistency consistency,
            String table,
            VersionSelector at,
            RoutingMap.Run run,
            int attempt)
            throws IOException {
        RemoteStore node = reads.node(run.group(), consistency, attempt);
        return new TablePart(reads, consistency, run.range(), run.group(), node.tableSnapshot(table, at, run.range()));
    }

    KeyRange range() {
        return range;
    }

    Version version() {
        return version;
    }

    /// The snapshot where it is held now; at the second try of a read, held anew.
    ///
    /// @throws Refused `VERSION_NOT_AVAILABLE` if the range has moved to another group meanwhile, where versions are others
    RemoteTableSnapshot held(int attempt) throws IOException {
        RemoteTableSnapshot gone;
        synchronized (this) {
            if (attempt == 0 || isClosed) {
                return held;
            }
            gone = held;
        }
        RoutingMap map = reads.known();
        if (map != null) {
            List<RoutingMap.Run> runs = map.runs(table, range);
            if (runs.size() != 1 || runs.getFirst().group() != group) {
                throw new Refused(
                        ErrorCode.VERSION_NOT_AVAILABLE,
                        "keys "
                                + range
                                + " of table '"
                                + table
                                + "' moved to another group, and the node that held them at version "
                                + version
                                + " is gone");
            }
        }
        RemoteStore node = reads.node(group, consistency, attempt);
        RemoteTableSnapshot anew = node.tableSnapshot(table, VersionSelector.at(version), range);
        synchronized (this) {
            if (held == gone && !isClosed) {
                held = anew;
                gone.close();
            } else {
                anew.close();
            }
            return held;
        }
    }

    synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            held.close();
        }
    }
}
