package io.distil.replication.tablet;

import io.distil.base.NanoClock;
import io.distil.base.api.TableStore;
import io.distil.base.api.TableStoreContract;
import io.distil.pqm.PqmOptions;
import io.distil.replication.log.Journal;
import io.distil.replication.table.TableOptions;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;
import io.distil.storage.store.StoreOptions;
import io.distil.storage.tree.TreeShape;

import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/// Tables of a store with its threads, on a real disk, keep the contract: with the daemon's settings, and with small ones.
class LocalTablesTest extends TableStoreContract {
    @TempDir Path directory;

    @Override
    protected TableStore open() throws IOException {
        return LocalStore.open(Disks.open(directory, DiskChoice.AUTO), LocalStoreOptions.DEFAULT, NanoClock.SYSTEM);
    }
}

class LocalTablesOfSmallPartsTest extends LocalTablesTest {
    /// Nothing is flushed but by request, or versions would not be those of the model; everything else is small: blocks,
    /// caches, checkpoints, and the history, so that watchers have to catch up.
    @Override
    protected TableStore open() throws IOException {
        LocalStoreOptions small =
                new LocalStoreOptions(
                        StoreOptions.ofCacheBytes(1 << 16),
                        new Journal.Options(4 << 20, 16 << 10),
                        PqmOptions.withBudget(1 << 24),
                        new TableOptions(1L << 40, 1L << 60, 1L << 40, 2 << 10, 1 << 20, 256),
                        new TreeShape(7, 4),
                        1 << 20,
                        32 << 10,
                        20_000_000,
                        1L << 40);
        return LocalStore.open(Disks.open(directory, DiskChoice.FILE_CHANNEL), small, NanoClock.SYSTEM);
    }
}
