package io.distil.integration.history;

import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.Store;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/// One client watches a table while others write to it; whenever the watch breaks, it is opened again behind the last batch.
/// What it was told must be every change, in order: {@link WatchCheck}.
public final class WatchWorkload implements Workload {
    private static final String MARK = "mark";
    private static final int KEYS = 20;
    private static final Duration WAIT = Duration.ofMillis(500);
    private static final long DRAIN_NANOS_MAX = 60_000_000_000L;

    private final String table;
    private final AtomicInteger values = new AtomicInteger();
    private final WatchCheck check = new WatchCheck();

    /// Of the watching client.
    private TableWatch watch;

    private Store watchedBy;
    private int opened;

    /// @param run tells apart the tables of several runs on one store
    public WatchWorkload(String run) {
        this.table = "proof/watched-" + run;
    }

    @Override
    public String name() {
        return "watch";
    }

    @Override
    public void prepare(Store store) {
        store.submit(new Mutation.CreateTable(table)).join();
    }

    @Override
    public boolean step(Store store, int client, Random random) throws InterruptedException {
        return client == 0 ? watch(store) : write(store, random);
    }

    private boolean watch(Store store) {
        try {
            if (watch == null || store != watchedBy) {
                closeWatch();
                watch = store.watch(table, KeyRange.ALL, check.through());
                watchedBy = store;
                opened++;
            }
            TableWatch.Batch batch = watch.next(WAIT);
            if (batch != null) {
                check.told(batch);
            }
            return batch != null;
        } catch (IOException | Refused e) {
            closeWatch();
            return false;
        }
    }

    private void closeWatch() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    private boolean write(Store store, Random random) throws InterruptedException {
        Map<String, KeyWrite> writes = new TreeMap<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            String key = "k" + random.nextInt(KEYS);
            writes.put(key, random.nextInt(5) == 0 ? KeyWrite.delete(bytes(key)) : KeyWrite.set(bytes(key), value()));
        }
        // Removals alone could be any batch's.
        writes.put(MARK, KeyWrite.set(bytes(MARK), value()));
        boolean isDone = write(store, List.copyOf(writes.values())) != null;
        if (isDone && random.nextInt(100) == 0) {
            Ended.submit(store, new Mutation.FlushTable(table), Durability.MAJORITY);
        }
        return isDone;
    }

    private byte[] value() {
        return bytes("v" + values.getAndIncrement());
    }

    /// @return null if it was not done, or is in doubt
    private Version write(Store store, List<KeyWrite> batch) throws InterruptedException {
        return switch (Ended.submit(store, new Mutation.WriteTable(table, batch), Durability.MAJORITY)) {
            case Ended.Done(var outcome) -> {
                check.done(batch, outcome.version());
                yield outcome.version();
            }
            case Ended.Not _ -> null;
            case Ended.InDoubt _ -> {
                check.inDoubt(batch);
                yield null;
            }
        };
    }

    @Override
    public String check(Store store) throws IOException, InterruptedException {
        Version end = write(store, List.of(KeyWrite.set(bytes(MARK), value())));
        if (end == null) {
            throw new AssertionError("the last write, after all faults, was not done");
        }
        long began = NanoClock.SYSTEM.monotonicNanos();
        while (check.through().compareTo(end) < 0) {
            if (NanoClock.SYSTEM.monotonicNanos() - began > DRAIN_NANOS_MAX) {
                throw new AssertionError("the watch stands at " + check.through() + ", the table at " + end);
            }
            if (!watch(store)) {
                Thread.sleep(100);
            }
        }
        closeWatch();
        return "watch: " + check.conclude(rows(store)) + "; opened " + opened + " times";
    }

    private Map<String, String> rows(Store store) throws IOException {
        Map<String, String> rows = new HashMap<>();
        try (TableSnapshot snapshot = store.tableSnapshot(table, VersionSelector.LATEST);
                TableCursor<TableRow> cursor = snapshot.scan(KeyRange.ALL, false)) {
            for (List<TableRow> page = cursor.next(1000); !page.isEmpty(); page = cursor.next(1000)) {
                page.forEach(row -> rows.put(WatchCheck.text(row.key()), WatchCheck.text(row.value())));
            }
        }
        return rows;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
