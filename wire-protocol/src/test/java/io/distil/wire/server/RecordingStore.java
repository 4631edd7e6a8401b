package io.distil.wire.server;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.KeyRange;
import io.distil.base.api.LogPosition;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Store;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/// A model that is also a small cluster, and keeps what it was asked.
class RecordingStore extends ForwardingStore implements Store {
    final List<Durability> durabilities = new CopyOnWriteArrayList<>();
    final CountDownLatch goesOn = new CountDownLatch(1);
    volatile String listen = "h1:7700";
    private final ModelStore model;

    RecordingStore() {
        this(new ModelStore());
    }

    private RecordingStore(ModelStore model) {
        super(model);
        this.model = model;
    }

    @Override
    public Store at(Consistency consistency) {
        return this;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        durabilities.add(durability);
        return super.submit(mutation, tag, durability).thenApply(outcome -> outcome.at(new LogPosition(3, 4, 5)));
    }

    @Override
    public CompletableFuture<Void> await(LogPosition position, Durability durability) {
        return position.position() == 5
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new Refused(ErrorCode.REVERTED, "it never happened"));
    }

    @Override
    public List<TableInfo> tables(String prefix) throws IOException {
        return model.tables(prefix);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) throws IOException {
        return model.tableSnapshot(table, at);
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) throws IOException {
        return model.watch(table, range, since);
    }

    @Override
    public ClusterMap clusterMap() {
        ClusterMap.Member member = new ClusterMap.Member("n1", "leader", 7, -1);
        return new ClusterMap(
                4,
                List.of(new ClusterMap.Node("n1", "n1-0a", listen, "h1:7710", "")),
                List.of(new ClusterMap.Group(1, "n1", 3, List.of(member)), new ClusterMap.Group(2, "", 0, List.of())),
                List.of(
                        new ClusterMap.Tablet(
                                1, ClusterMap.STREAMS, new KeyRange(new byte[0], new byte[] {1}), 1, 2, "serving"),
                        new ClusterMap.Tablet(
                                2, ClusterMap.STREAMS, new KeyRange(new byte[] {1}, null), 2, 1, "moving to 2")));
    }

    @Override
    public void run(Operation operation, Consumer<String> progress) {
        if (!operation.equals(new Operation.Leave("n2"))) {
            throw new Refused(ErrorCode.NO_SUCH_NODE, "the cluster has no such node");
        }
        progress.accept("n2 is asked to leave");
        try {
            goesOn.await();
        } catch (InterruptedException e) {
            throw new Refused(ErrorCode.SHUTTING_DOWN, "interrupted", e);
        }
        progress.accept("n2 has left");
    }
}
