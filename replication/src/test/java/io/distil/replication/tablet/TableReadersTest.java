package io.distil.replication.tablet;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableComparison;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.pqm.PqmOptions;
import io.distil.replication.log.Journal;
import io.distil.replication.table.TableOptions;
import io.distil.storage.ring.DiskChoice;
import io.distil.storage.ring.Disks;
import io.distil.storage.store.StoreOptions;
import io.distil.storage.tree.TreeShape;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Readers and watchers beside a writer, while buffers are flushed all the time.
class TableReadersTest {
    private static final String TABLE = "bank";
    private static final int ACCOUNT_COUNT = 50;
    private static final int TRANSFER_COUNT = 3000;
    private static final long FLUSH_BYTES = 16 << 10;
    private static final long BUFFER_BYTES_MAX = 64 << 10;

    private static final int ANSWER_SECONDS_MAX = 20;

    @TempDir Path directory;
    private LocalStore store;

    @BeforeEach
    void open() throws IOException {
        LocalStoreOptions options =
                new LocalStoreOptions(
                        StoreOptions.ofCacheBytes(1 << 16),
                        new Journal.Options(4 << 20, 64 << 10),
                        PqmOptions.withBudget(1 << 24),
                        new TableOptions(FLUSH_BYTES, 50_000_000, BUFFER_BYTES_MAX, 4 << 10, 8 << 10, 512),
                        TreeShape.DEFAULT,
                        1 << 20,
                        256 << 10,
                        20_000_000,
                        1 << 20);
        store = LocalStore.open(Disks.open(directory, DiskChoice.FILE_CHANNEL), options, NanoClock.SYSTEM);
        submit(new Mutation.CreateTable(TABLE));
    }

    @AfterEach
    void closeAndFindNothingHeld() throws IOException {
        store.close();
        assertThat(store.status().get("tables.buffer.bytes")).isEqualTo("0");
        assertThat(store.status().get("tables.readers.bytes")).isEqualTo("0");
        assertThat(store.status().get("tables.history.bytes")).isEqualTo("0");
    }

    @Test
    void everySnapshotAndEveryWatcherSeesWholeTransfers() throws Exception {
        List<KeyWrite> opening = new ArrayList<>();
        for (int account = 0; account < ACCOUNT_COUNT; account++) {
            opening.add(KeyWrite.insert(key(account), balance(100)));
        }
        submit(new Mutation.WriteTable(TABLE, opening));
        try (ExecutorService readers = Executors.newFixedThreadPool(3)) {
            Future<?> transfers = readers.submit(this::transfer);
            Future<Integer> snapshots = readers.submit(() -> readUntil(transfers));
            Future<Integer> batches = readers.submit(() -> watchUntil(transfers));
            transfers.get();
            assertThat(snapshots.get()).isPositive();
            assertThat(batches.get()).isPositive();
        }
        assertThat(store.tables(TABLE).getFirst().version().major())
                .as("flushed on the way, by size or age")
                .isPositive();
    }

    private Void transfer() {
        Random random = new Random(5);
        for (int i = 0; i < TRANSFER_COUNT; i++) {
            int from = random.nextInt(ACCOUNT_COUNT);
            int to = (from + 1 + random.nextInt(ACCOUNT_COUNT - 1)) % ACCOUNT_COUNT;
            try (TableSnapshot now = store.tableSnapshot(TABLE, VersionSelector.LATEST)) {
                TableRow a = now.get(key(from)).orElseThrow();
                TableRow b = now.get(key(to)).orElseThrow();
                submit(
                        new Mutation.WriteTable(
                                TABLE,
                                List.of(
                                        withVersion(a, balance(amount(a.value()) - 1)),
                                        withVersion(b, balance(amount(b.value()) + 1)))));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return null;
    }

    private static KeyWrite withVersion(TableRow row, byte[] value) {
        return new KeyWrite(row.key(), new KeyWrite.Condition.WrittenAt(row.version()), Optional.of(value));
    }

    private int readUntil(Future<?> transfers) throws IOException {
        int snapshots = 0;
        while (!transfers.isDone()) {
            try (TableSnapshot now = store.tableSnapshot(TABLE, VersionSelector.LATEST)) {
                List<TableRow> rows = TableComparison.scan(now, KeyRange.ALL, snapshots % 2 == 0, 7);
                checkSum(rows);
                assertThat(now.count(KeyRange.ALL)).isEqualTo(ACCOUNT_COUNT);
                assertThat(TableComparison.texts(TableComparison.scan(now, KeyRange.ALL, snapshots % 2 == 0, 100)))
                        .isEqualTo(TableComparison.texts(rows));
                Version before = Version.ofMajor(Math.max(0, now.version().major() - 1));
                assertThat(TableComparison.changes(now, before, KeyRange.ALL)).hasSizeLessThanOrEqualTo(ACCOUNT_COUNT);
                snapshots++;
            }
        }
        return snapshots;
    }

    private int watchUntil(Future<?> transfers) throws IOException {
        TreeMap<byte[], TableRow> rows = TableComparison.noRows();
        int batches = 0;
        boolean isBetween = false;
        try (TableWatch watch = store.watch(TABLE, KeyRange.ALL, Version.ZERO)) {
            while (true) {
                boolean wasDone = transfers.isDone();
                TableWatch.Batch batch = watch.next(Duration.ofMillis(20));
                if (batch == null && wasDone) {
                    break;
                }
                if (batch == null) {
                    continue;
                }
                for (TableChange change : batch.changes()) {
                    rows.put(change.key(), new TableRow(change.key(), change.value().orElseThrow(), change.version()));
                }
                isBetween = batch.isCatchUp() && !batch.changes().isEmpty();
                if (!isBetween) {
                    checkSum(rows.values());
                }
                batches++;
            }
        }
        assertThat(isBetween).isFalse();
        try (TableSnapshot now = store.tableSnapshot(TABLE, VersionSelector.LATEST)) {
            assertThat(TableComparison.texts(rows.values()))
                    .isEqualTo(TableComparison.texts(TableComparison.scan(now, KeyRange.ALL, false, 100)));
        }
        return batches;
    }

    private static void checkSum(Iterable<TableRow> rows) {
        long sum = 0;
        for (TableRow row : rows) {
            sum += amount(row.value());
        }
        assertThat(sum).isEqualTo(100L * ACCOUNT_COUNT);
    }

    @Test
    void writersWaitWhileBuffersAreFullAndGoOnWhenTheyAreFlushed() throws Exception {
        List<CompletableFuture<Outcome>> writes = new ArrayList<>();
        long heldMax = 0;
        for (int i = 0; i < 400; i++) {
            writes.add(
                    store.submit(
                            new Mutation.WriteTable(TABLE, List.of(KeyWrite.set(key(i % 100), new byte[4 << 10])))));
            heldMax = Math.max(heldMax, Long.parseLong(store.status().get("tables.buffer.bytes")));
        }
        for (CompletableFuture<Outcome> write : writes) {
            write.join();
            heldMax = Math.max(heldMax, Long.parseLong(store.status().get("tables.buffer.bytes")));
        }
        // What is in the log already when the buffers are full is applied all the same: a log group, at most.
        assertThat(heldMax).isLessThan(BUFFER_BYTES_MAX + 4 * (64 << 10));
        assertThat(store.tables(TABLE).getFirst().version().major()).isGreaterThan(5);
    }

    @Test
    void aWriterDoesNotWaitForItsOwnSnapshotsAndReadersAreRefusedBeforeTheyHoldTooMuch() throws Exception {
        List<TableSnapshot> held = new ArrayList<>();
        String refusal = "";
        for (int i = 0; refusal.isEmpty(); i++) {
            submit(new Mutation.WriteTable(TABLE, List.of(KeyWrite.set(key(i % 100), new byte[4 << 10]))));
            try {
                held.add(store.tableSnapshot(TABLE, VersionSelector.LATEST));
            } catch (Refused e) {
                assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED);
                refusal = e.getMessage();
            }
        }
        assertThat(refusal).contains("open snapshots of tables keep");
        for (TableSnapshot snapshot : held) {
            assertThat(snapshot.count(KeyRange.ALL)).isPositive();
            snapshot.close();
        }
        store.tableSnapshot(TABLE, VersionSelector.LATEST).close();
        submit(new Mutation.FlushTable(TABLE));
    }

    private Version submit(Mutation mutation) {
        try {
            return store.submit(mutation).get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS).version();
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("no answer to " + mutation + "; the store says " + store.status(), e);
        }
    }

    private static byte[] key(int account) {
        return new byte[] {(byte) account};
    }

    private static byte[] balance(long amount) {
        return ByteBuffer.allocate(8).putLong(amount).array();
    }

    private static long amount(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }
}
