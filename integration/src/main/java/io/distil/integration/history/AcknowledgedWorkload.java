package io.distil.integration.history;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.LogPosition;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.Store;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.VersionSelector;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// Rows and batches of points that are written once, and the question whether what was acknowledged is there.
///
/// Item `i` is either a row of its own, inserted if absent, or a batch of {@link #BATCH_POINTS} points at times of its own, all
/// with value `i`, under policy `never`: so a lost batch is missing, one half there has too few points, and one applied twice
/// too many; and a row inserted twice is refused the second time, which nobody may ever see.
///
/// | the client was told | at the end there is |
/// |---|---|
/// | done, at `majority`, a count or `all` | all of it |
/// | done, at `leader` | all of it, or nothing and {@link io.distil.base.api.Writes#await} says `REVERTED` |
/// | refused | nothing |
/// | nothing | all of it or nothing |
public final class AcknowledgedWorkload implements Workload {
    static final int BATCH_POINTS = 10;
    private static final long ITEM_SPAN_NANOS = 1_000_000;
    private static final int STREAMS = 2;
    private static final int AWAIT_ATTEMPTS_MAX = 30;

    private enum Known {
        ACKNOWLEDGED,
        REFUSED,
        IN_DOUBT
    }

    /// @param logged {@link LogPosition#NONE} if not told
    private record Item(int number, Known known, LogPosition logged) {
        boolean isRow() {
            return number % 2 == 0;
        }
    }

    private final Durability durability;
    private final String table;
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Integer, Item> items = new ConcurrentHashMap<>();

    /// Until the clients are closed, any of them may still be repeating its insert.
    private final List<PointBatch> batches = new ArrayList<>();

    private int acknowledged;
    private int reverted;
    private int found;
    private int inDoubt;
    private int fateUnknown;

    /// @param run tells apart the tables and streams of several runs on one store
    public AcknowledgedWorkload(String run, Durability durability) {
        this.durability = durability;
        this.table = "proof/acknowledged-" + durability + "-" + run;
    }

    @Override
    public String name() {
        return "acknowledged at " + durability;
    }

    @Override
    public void prepare(Store store) {
        store.submit(new Mutation.CreateTable(table)).join();
        for (int i = 0; i < STREAMS; i++) {
            Map<String, String> tags = Map.of("name", "s" + i);
            store.submit(new Mutation.Create(new StreamDescriptor(stream(i), table, tags, Map.of(), 1))).join();
        }
    }

    private StreamId stream(int index) {
        return new StreamId(table.hashCode(), index);
    }

    private StreamId streamOf(int item) {
        return stream(item / 2 % STREAMS);
    }

    @Override
    public boolean step(Store store, int client, Random random) throws InterruptedException {
        int number = numbers.getAndIncrement();
        Mutation mutation = number % 2 == 0 ? row(number) : points(number);
        Item item =
                switch (Ended.submit(store, mutation, durability)) {
                    case Ended.Done(var outcome) -> new Item(number, Known.ACKNOWLEDGED, outcome.logged());
                    case Ended.Not(Refused refused) when refused.code() == ErrorCode.CONDITION_FAILED ->
                            throw new AssertionError("row " + number + " was there before its only insert: " + refused);
                    case Ended.Not _ -> new Item(number, Known.REFUSED, LogPosition.NONE);
                    case Ended.InDoubt _ -> new Item(number, Known.IN_DOUBT, LogPosition.NONE);
                };
        items.put(number, item);
        if (random.nextInt(100) == 0) {
            // Versions go on while faults run, and checkpoints get something to do.
            Ended.submit(store, new Mutation.Flush(streamOf(number)), Durability.MAJORITY);
        }
        return item.known == Known.ACKNOWLEDGED;
    }

    private Mutation row(int number) {
        return new Mutation.WriteTable(table, List.of(KeyWrite.insert(key(number), key(number))));
    }

    private Mutation points(int number) {
        PointBatch batch = new PointBatch(BATCH_POINTS);
        synchronized (batches) {
            batches.add(batch);
        }
        for (int i = 0; i < BATCH_POINTS; i++) {
            batch.append(number * ITEM_SPAN_NANOS + i, number);
        }
        return new Mutation.Insert(streamOf(number), batch.columns(), MergePolicy.NEVER);
    }

    private static byte[] key(int number) {
        return "%08d".formatted(number).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String check(Store store) throws IOException, InterruptedException {
        synchronized (batches) {
            batches.forEach(PointBatch::close);
            batches.clear();
        }
        int[] there = new int[numbers.get()];
        countRows(store, there);
        for (int i = 0; i < STREAMS; i++) {
            countPoints(store, stream(i), there);
        }
        for (Item item : items.values()) {
            check(store, item, there[item.number]);
        }
        return "acknowledged at %s: %d of %d items were acknowledged, %d are there; %d were in doubt, %d reported reverted%s"
                .formatted(
                        durability,
                        acknowledged,
                        items.size(),
                        found,
                        inDoubt,
                        reverted,
                        fateUnknown == 0 ? "" : "; the fate of " + fateUnknown + " could not be asked for");
    }

    private void check(Store store, Item item, int there) throws InterruptedException {
        int whole = item.isRow() ? 1 : BATCH_POINTS;
        if (there != 0 && there != whole) {
            throw new AssertionError("%s: %d of %d are there".formatted(item, there, whole));
        }
        found += there > 0 ? 1 : 0;
        switch (item.known) {
            case ACKNOWLEDGED -> {
                acknowledged++;
                if (durability.isLeader()) {
                    checkFate(store, item, there > 0);
                } else if (there == 0) {
                    throw new AssertionError(item + " was acknowledged at " + durability + " and is not there");
                }
            }
            case REFUSED -> {
                if (there > 0) {
                    throw new AssertionError(item + " was refused and is there");
                }
            }
            case IN_DOUBT -> inDoubt++;
        }
    }

    private void checkFate(Store store, Item item, boolean isThere) throws InterruptedException {
        if (item.logged.equals(LogPosition.NONE)) {
            // A repetition that the store recognised, applied before: then it cannot go away any more.
            if (!isThere) {
                throw new AssertionError(item + " was acknowledged as a repetition and is not there");
            }
            return;
        }
        Boolean isReverted = isReverted(store, item.logged);
        if (isReverted == null) {
            fateUnknown++;
        } else if (isReverted == isThere) {
            throw new AssertionError(
                    "%s: asked, the store says %s, and it is %s"
                            .formatted(item, isReverted ? "reverted" : "durable", isThere ? "there" : "not there"));
        } else if (isReverted) {
            reverted++;
        }
    }

    /// @return null if the store does not say
    private static Boolean isReverted(Store store, LogPosition position) throws InterruptedException {
        for (int attempt = 0; attempt < AWAIT_ATTEMPTS_MAX; attempt++) {
            try {
                store.await(position, Durability.MAJORITY).get(Ended.PATIENCE_SECONDS, TimeUnit.SECONDS);
                return false;
            } catch (TimeoutException e) {
                return null;
            } catch (ExecutionException | CompletionException e) {
                if (e.getCause() instanceof Refused refused && refused.code() == ErrorCode.REVERTED) {
                    return true;
                }
                Thread.sleep(100);
            }
        }
        return null;
    }

    private void countRows(Store store, int[] there) throws IOException {
        try (TableSnapshot snapshot = store.tableSnapshot(table, VersionSelector.LATEST);
                TableCursor<TableRow> cursor = snapshot.scan(KeyRange.ALL, false)) {
            for (List<TableRow> page = cursor.next(1000); !page.isEmpty(); page = cursor.next(1000)) {
                for (TableRow row : page) {
                    there[Integer.parseInt(new String(row.key(), StandardCharsets.UTF_8))]++;
                }
            }
        }
    }

    private static void countPoints(Store store, StreamId stream, int[] there) throws IOException {
        try (StreamSnapshot snapshot = store.snapshot(stream, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(8192)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    int item = (int) batch.value(i);
                    BrokenInvariant.check(
                            batch.time(i) / ITEM_SPAN_NANOS == item, "value " + item + " at time " + batch.time(i));
                    there[item]++;
                }
            }
        }
    }
}
