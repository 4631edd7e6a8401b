package io.distil.replication.tablet;

import io.distil.pqm.PqmOptions;
import io.distil.replication.log.Journal;
import io.distil.replication.table.TableOptions;
import io.distil.storage.store.StoreOptions;
import io.distil.storage.tree.TreeShape;

/// Sizes and times of a store on one node.
///
/// @param reserveBytes of disk space below which mutations are refused
/// @param checkpointLogBytes a checkpoint is taken when the log has grown by so much since the last
/// @param checkpointAgeNanos or when so much time has passed and something changed
/// @param logBytesMax when more than this would be replayed after a crash, the streams and tables that hold the log back are flushed
public record LocalStoreOptions(
        StoreOptions store,
        Journal.Options log,
        PqmOptions pqm,
        TableOptions tables,
        TreeShape shape,
        long reserveBytes,
        long checkpointLogBytes,
        long checkpointAgeNanos,
        long logBytesMax) {
    public static final LocalStoreOptions DEFAULT =
            new LocalStoreOptions(
                    StoreOptions.DEFAULT,
                    Journal.Options.DEFAULT,
                    PqmOptions.withBudget(512L << 20),
                    TableOptions.DEFAULT,
                    TreeShape.DEFAULT,
                    256L << 20,
                    256L << 20,
                    30_000_000_000L,
                    2L << 30);
}
