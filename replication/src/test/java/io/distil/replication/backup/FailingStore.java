package io.distil.replication.backup;

import io.distil.base.Version;
import io.distil.base.api.Durability;
import io.distil.base.api.ForwardingStore;
import io.distil.base.api.KeyRange;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableStore;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A store that takes some mutations and then none any more, as one whose connection is cut.
final class FailingStore extends ForwardingStore implements TableStore {
    static final String SENTENCE = "the connection is cut, as the test asked";

    private final ModelStore to;
    private int left;

    FailingStore(ModelStore to, int mutationCount) {
        super(to);
        this.to = to;
        this.left = mutationCount;
    }

    @Override
    public CompletableFuture<Outcome> submit(Mutation mutation, WriteTag tag, Durability durability) {
        return left-- > 0
                ? super.submit(mutation, tag, durability)
                : CompletableFuture.failedFuture(new IOException(SENTENCE));
    }

    @Override
    public List<TableInfo> tables(String prefix) {
        return to.tables(prefix);
    }

    @Override
    public TableSnapshot tableSnapshot(String table, VersionSelector at) {
        return to.tableSnapshot(table, at);
    }

    @Override
    public TableWatch watch(String table, KeyRange range, Version since) {
        return to.watch(table, range, since);
    }
}
