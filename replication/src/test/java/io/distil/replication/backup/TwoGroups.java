package io.distil.replication.backup;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.KeyRange;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Store;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// A cluster whose tables lie in two groups, which count versions apart: keys below a border in one, the others in the other.
final class TwoGroups extends ForwardingStore implements Store {
    private final ModelStore left;
    private final ModelStore right;
    private final byte[] border;

    TwoGroups(ModelStore left, ModelStore right, byte[] border) {
        super(left);
        this.left = left;
        this.right = right;
        this.border = border;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        if (mutation instanceof Mutation.FlushTable) {
            right.submit(mutation, tag, durability).join();
        }
        return left.submit(mutation, tag, durability);
    }

    @Override
    public ClusterMap clusterMap() {
        return new ClusterMap(
                1,
                List.of(),
                List.of(),
                List.of(
                        new ClusterMap.Tablet(2, "t", new KeyRange(border, null), 2, 1, "serving"),
                        new ClusterMap.Tablet(1, "t", new KeyRange(new byte[0], border), 1, 1, "serving")));
    }

    @Override
    public List<TableInfo> tables(String prefix) {
        return left.tables(prefix);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) {
        throw new Refused(ErrorCode.INVALID_ARGUMENT, "table t lies in several groups");
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at, KeyRange range) {
        boolean isRight = new KeyRange(border, null).contains(range.from());
        return (isRight ? right : left).tableSnapshot(table, at);
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) {
        return left.watch(table, range, since);
    }

    @Override
    public Store at(Consistency consistency) {
        return this;
    }

    @Override
    public void run(Operation operation, Consumer<String> progress) {
        throw new Refused(ErrorCode.CLUSTER_CONFLICT, "nothing can be done to this cluster");
    }
}
