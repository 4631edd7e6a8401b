package io.distil.wire.client;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.KeyRange;
import io.distil.base.api.TableWatch;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// A watch of a range of keys in one group. When its node is gone, it goes on at another one of the group, behind the last
/// batch that was handed on. One owner thread.
final class ClusterTableWatch implements TableWatch {
    private final ClusterReads reads;
    private final String table;
    private final KeyRange range;
    private final int group;
    private Version through;
    private TableWatch watch;

    private ClusterTableWatch(ClusterReads reads, String table, KeyRange range, Version since) throws IOException {
        this.reads = reads;
        this.table = table;
        this.range = range;
        this.through = since;
        this.group = groupNow();
        this.watch = begin();
    }

    static ClusterTableWatch open(ClusterReads reads, String table, KeyRange range, Version since) throws IOException {
        return new ClusterTableWatch(reads, table, range, since);
    }

    private TableWatch begin() throws IOException {
        return reads.repeated(attempt -> {
            if (groupNow() != group) {
                throw new Refused(
                        ErrorCode.VERSION_NOT_AVAILABLE,
                        "keys "
                                + range
                                + " of table '"
                                + table
                                + "' moved to another group, where versions are others; read them and watch again");
            }
            return reads.node(group, Consistency.LINEARIZABLE, attempt).watch(table, range, through);
        });
    }

    private int groupNow() throws IOException {
        RoutingMap map = reads.known();
        if (map == null) {
            return ClusterMap.ROOT_GROUP;
        }
        List<RoutingMap.Run> runs = map.runs(table, range);
        if (runs.size() > 1) {
            throw ClusterTableSnapshot.severalGroups(table, "watched");
        }
        return runs.getFirst().group();
    }

    @Override
    public Batch next(Duration timeout) throws IOException {
        try {
            return handedOn(watch.next(timeout));
        } catch (IOException | Refused e) {
            if (!Repetition.isWorthwhile(e, false)) {
                throw e;
            }
            watch.close();
            watch = begin();
            return handedOn(watch.next(timeout));
        }
    }

    private Batch handedOn(Batch batch) {
        if (batch != null) {
            through = batch.through();
        }
        return batch;
    }

    @Override
    public void close() {
        watch.close();
    }
}
