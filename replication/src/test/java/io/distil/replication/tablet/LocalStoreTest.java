package io.distil.replication.tablet;

import io.distil.base.NanoClock;
import io.distil.base.api.StreamStore;
import io.distil.base.api.StreamStoreContract;
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

/// A store with its threads, on a real disk, keeps the contract: with the daemon's settings, and with small ones.
class LocalStoreTest extends StreamStoreContract {
    @TempDir Path directory;

    @Override
    protected StreamStore open() throws IOException {
        return LocalStore.open(Disks.open(directory, DiskChoice.AUTO), LocalStoreOptions.DEFAULT, NanoClock.SYSTEM);
    }
}

class LocalStoreOfSmallPartsTest extends LocalStoreTest {
    @Override
    protected StreamStore open() throws IOException {
        LocalStoreOptions small =
                new LocalStoreOptions(
                        StoreOptions.ofCacheBytes(1 << 16),
                        new Journal.Options(256 << 10, 16 << 10),
                        PqmOptions.withBudget(1 << 24),
                        TableOptions.withBudget(1 << 20),
                        new TreeShape(7, 4),
                        1 << 20,
                        32 << 10,
                        20_000_000,
                        1 << 20);
        return LocalStore.open(Disks.open(directory, DiskChoice.FILE_CHANNEL), small, NanoClock.SYSTEM);
    }
}
