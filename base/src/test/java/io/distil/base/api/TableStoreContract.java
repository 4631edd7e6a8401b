package io.distil.base.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.memory.MemoryOwner;
import io.distil.base.memory.OffHeap;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/// What every {@link TableStore} must do. A test class for an implementation extends this and opens one.
public abstract class TableStoreContract {
    private static final String TABLE = "plants/turbines";
    private static final Duration SOON = Duration.ofSeconds(20);

    private TableStore store;
    private long[] offHeapBefore;

    /// A new, empty store, which is also an {@link AutoCloseable}; its close must release everything it holds.
    protected abstract TableStore open() throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        offHeapBefore = offHeapBytes();
        store = open();
    }

    @AfterEach
    void closeStoreAndFindNothingLeft() throws Exception {
        if (store instanceof AutoCloseable closeable) {
            closeable.close();
        }
        assertThat(offHeapBytes()).as("off-heap bytes by owner").isEqualTo(offHeapBefore);
    }

    private static long[] offHeapBytes() {
        long[] bytes = new long[MemoryOwner.values().length];
        for (MemoryOwner owner : MemoryOwner.values()) {
            bytes[owner.ordinal()] = OffHeap.bytes(owner);
        }
        return bytes;
    }

    @Test
    void aTableIsCreatedListedDroppedAndCreatedAgain() throws Exception {
        create(TABLE);
        create("plants/pumps");
        create("zoo");
        assertThat(store.tables("plants/").stream().map(TableInfo::name))
                .containsExactly("plants/pumps", "plants/turbines");
        assertThat(store.tables("").getFirst().version()).isEqualTo(Version.ZERO);
        assertThat(store.tables("nothing")).isEmpty();
        write(KeyWrite.set(key("a"), key("1")));
        submit(new Mutation.DropTable(TABLE));
        assertThat(store.tables("plants/t")).isEmpty();
        assertRefused(ErrorCode.NO_SUCH_TABLE, () -> store.tableSnapshot(TABLE, VersionSelector.LATEST));
        create(TABLE);
        assertThat(rows(VersionSelector.LATEST)).isEmpty();
        assertThat(write(KeyWrite.set(key("b"), key("2")))).isEqualTo(new Version(0, 1));
    }

    @Test
    void whatIsWrongIsRefusedWithItsOwnCode() {
        create(TABLE);
        KeyWrite write = KeyWrite.set(key("a"), key("1"));
        assertRefused(ErrorCode.TABLE_EXISTS, () -> submit(new Mutation.CreateTable(TABLE)));
        assertRefused(ErrorCode.NO_SUCH_TABLE, () -> submit(new Mutation.DropTable("other")));
        assertRefused(ErrorCode.NO_SUCH_TABLE, () -> submit(new Mutation.FlushTable("other")));
        assertRefused(ErrorCode.NO_SUCH_TABLE, () -> submit(new Mutation.WriteTable("other", List.of(write))));
        assertRefused(ErrorCode.NO_SUCH_TABLE, () -> store.tableSnapshot("other", VersionSelector.LATEST));
        assertRefused(ErrorCode.NO_SUCH_TABLE, () -> store.watch("other", KeyRange.ALL, Version.ZERO));
        for (String name : List.of("", "a\0b", "ü".repeat(128))) {
            assertRefused(ErrorCode.INVALID_ARGUMENT, () -> submit(new Mutation.CreateTable(name)));
        }
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> submit(new Mutation.WriteTable(TABLE, List.of())));
        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                () -> submit(new Mutation.WriteTable(TABLE, List.of(write, KeyWrite.delete(key("a"))))));
        assertRefused(
                ErrorCode.VERSION_NOT_AVAILABLE,
                () -> store.tableSnapshot(TABLE, VersionSelector.at(new Version(3, 0))));
        assertRefused(ErrorCode.INVALID_VERSION, () -> store.watch(TABLE, KeyRange.ALL, new Version(0, 1)));
    }

    @Test
    void everyConditionIsJudgedInTheBufferAndInTheTree() throws Exception {
        create(TABLE);
        for (boolean flushed : new boolean[] {false, true}) {
            byte[] there = key("there" + flushed);
            byte[] absent = key("absent" + flushed);
            Version written = write(KeyWrite.set(there, key("value")));
            if (flushed) {
                flush();
            }
            List<KeyWrite.Condition> holding =
                    List.of(
                            KeyWrite.ALWAYS,
                            KeyWrite.PRESENT,
                            new KeyWrite.Condition.WrittenAt(written),
                            new KeyWrite.Condition.ValueIs(key("value")));
            for (KeyWrite.Condition condition : holding) {
                assertThat(wouldWrite(there, condition)).as("%s of a row that is there", condition).isTrue();
            }
            assertThat(wouldWrite(absent, KeyWrite.ABSENT)).isTrue();
            assertThat(wouldWrite(absent, KeyWrite.ALWAYS)).isTrue();
            assertThat(wouldWrite(there, KeyWrite.ABSENT)).isFalse();
            assertThat(wouldWrite(there, new KeyWrite.Condition.WrittenAt(written.nextMinor()))).isFalse();
            assertThat(wouldWrite(there, new KeyWrite.Condition.ValueIs(key("other")))).isFalse();
            for (KeyWrite.Condition condition : holding.subList(1, holding.size())) {
                assertThat(wouldWrite(absent, condition)).as("%s of an absent row", condition).isFalse();
            }
        }
    }

    /// Asks by a batch whose second write never holds: so nothing is done, whatever the first one's condition says.
    private boolean wouldWrite(byte[] key, KeyWrite.Condition condition) {
        Version before = store(TABLE).version();
        KeyWrite asked = new KeyWrite(key, condition, Optional.of(key("new")));
        KeyWrite never = new KeyWrite(key("never"), KeyWrite.PRESENT, Optional.of(key("new")));
        String sentence = refusal(ErrorCode.CONDITION_FAILED, () -> write(asked, never));
        assertThat(store(TABLE).version()).isEqualTo(before);
        return sentence.contains(HexFormat.of().formatHex(key("never")));
    }

    @Test
    void aBatchIsDoneWholeOrNotAtAll() throws Exception {
        create(TABLE);
        write(KeyWrite.set(key("a"), key("1")));
        assertRefused(
                ErrorCode.CONDITION_FAILED,
                () -> write(KeyWrite.set(key("b"), key("2")), KeyWrite.insert(key("a"), key("3"))));
        assertThat(rows(VersionSelector.LATEST)).containsExactly("61=31@0.1");
        assertThat(write(KeyWrite.set(key("b"), key("2")), KeyWrite.delete(key("a")), KeyWrite.delete(key("c"))))
                .isEqualTo(new Version(0, 2));
        assertThat(rows(VersionSelector.LATEST)).containsExactly("62=32@0.2");
    }

    @Test
    void aRowSaysWhichVersionWroteIt() throws Exception {
        create(TABLE);
        write(KeyWrite.set(key("a"), key("1")));
        write(KeyWrite.set(key("b"), key("2")));
        assertThat(flush()).isEqualTo(Version.ofMajor(1));
        assertThat(flush()).as("nothing is buffered").isEqualTo(Version.ofMajor(1));
        write(KeyWrite.set(key("c"), key("3")));
        assertThat(flush()).isEqualTo(Version.ofMajor(2));
        write(KeyWrite.set(key("a"), key("1")));
        assertThat(rows(VersionSelector.LATEST)).containsExactly("61=31@2.1", "62=32@0.2", "63=33@1.1");
    }

    @Test
    void scansGoBothWaysAndCountsAgree() throws Exception {
        create(TABLE);
        for (int i = 0; i < 100; i++) {
            write(KeyWrite.set(new byte[] {(byte) i}, new byte[i]));
            if (i == 50) {
                flush();
            }
        }
        write(KeyWrite.delete(new byte[] {20}), KeyWrite.delete(new byte[] {60}), KeyWrite.delete(new byte[] {70, 1}));
        KeyRange range = new KeyRange(new byte[] {10}, new byte[] {90});
        try (TableSnapshot snapshot = store.tableSnapshot(TABLE, VersionSelector.LATEST)) {
            List<TableRow> forward = TableComparison.scan(snapshot, range, false, 7);
            List<TableRow> backward = TableComparison.scan(snapshot, range, true, 7);
            assertThat(forward).hasSize(78);
            assertThat(TableComparison.texts(backward.reversed())).isEqualTo(TableComparison.texts(forward));
            assertThat(forward.getFirst().key()).isEqualTo(new byte[] {10});
            assertThat(snapshot.count(range)).isEqualTo(78);
            assertThat(snapshot.count(KeyRange.ALL)).isEqualTo(98);
            assertThat(snapshot.count(new KeyRange(new byte[] {20}, new byte[] {20}))).isZero();
        }
    }

    @Test
    void aSnapshotNeverChanges() throws Exception {
        create(TABLE);
        write(KeyWrite.set(key("a"), key("1")));
        try (TableSnapshot snapshot = store.tableSnapshot(TABLE, VersionSelector.LATEST)) {
            for (int i = 0; i < 30; i++) {
                write(KeyWrite.set(key("a"), key("v" + i)), KeyWrite.set(key("b" + i), key("2")));
                if (i % 10 == 5) {
                    flush();
                }
            }
            assertThat(snapshot.version()).isEqualTo(new Version(0, 1));
            assertThat(TableComparison.texts(TableComparison.scan(snapshot, KeyRange.ALL, false, 10)))
                    .containsExactly("61=31@0.1");
            assertThat(snapshot.get(key("b0"))).isEmpty();
            assertThat(snapshot.count(KeyRange.ALL)).isEqualTo(1);
        }
    }

    @Test
    void majorVersionsStayReadableAndMinorOnesWhileTheyArePresent() throws Exception {
        create(TABLE);
        write(KeyWrite.set(key("a"), key("1")));
        flush();
        write(KeyWrite.set(key("a"), key("2")));
        flush();
        Version minor = write(KeyWrite.delete(key("a")));
        assertThat(rows(VersionSelector.at(Version.ZERO))).isEmpty();
        assertThat(rows(VersionSelector.at(Version.ofMajor(1)))).containsExactly("61=31@0.1");
        assertThat(rows(VersionSelector.at(Version.ofMajor(2)))).containsExactly("61=32@1.1");
        assertThat(rows(VersionSelector.at(minor))).isEmpty();
        write(KeyWrite.set(key("b"), key("3")));
        assertRefused(ErrorCode.VERSION_NOT_AVAILABLE, () -> store.tableSnapshot(TABLE, VersionSelector.at(minor)));
    }

    @Test
    void changesBetweenVersionsNameEachKeyOnceAsItIsNow() throws Exception {
        create(TABLE);
        write(KeyWrite.set(key("a"), key("1")), KeyWrite.set(key("b"), key("1")), KeyWrite.set(key("c"), key("1")));
        flush();
        write(KeyWrite.set(key("a"), key("2")), KeyWrite.delete(key("b")));
        write(KeyWrite.set(key("a"), key("3")), KeyWrite.set(key("d"), key("1")));
        flush();
        write(KeyWrite.delete(key("d")), KeyWrite.set(key("e"), key("1")));
        try (TableSnapshot now = store.tableSnapshot(TABLE, VersionSelector.LATEST)) {
            assertThat(TableComparison.changes(now, Version.ofMajor(1), KeyRange.ALL))
                    .containsExactly("61=33@1.2", "62=gone@2.1", "65=31@2.1");
            assertThat(TableComparison.changes(now, Version.ofMajor(2), KeyRange.ALL))
                    .containsExactly("64=gone@2.1", "65=31@2.1");
            assertThat(TableComparison.changes(now, Version.ZERO, new KeyRange(key("b"), key("d"))))
                    .containsExactly("63=31@0.1");
            assertThat(TableComparison.changes(now, now.version(), KeyRange.ALL)).isEmpty();
            assertRefused(ErrorCode.INVALID_VERSION, () -> now.changesSince(new Version(9, 0), KeyRange.ALL));
            assertRefused(ErrorCode.VERSION_NOT_AVAILABLE, () -> now.changesSince(new Version(1, 1), KeyRange.ALL));
        }
    }

    @Test
    void aWatcherSeesTheChangesOfItsRangeInOrderAndCanComeBack() throws Exception {
        create(TABLE);
        write(KeyWrite.set(key("a1"), key("1")), KeyWrite.set(key("b"), key("1")));
        KeyRange range = KeyRange.prefix(key("a"));
        Version seen;
        try (TableWatch watch = store.watch(TABLE, range, Version.ZERO)) {
            assertThat(texts(watch.next(SOON))).containsExactly("6131=31@0.1");
            assertThat(watch.next(Duration.ZERO)).isNull();
            write(KeyWrite.set(key("b"), key("2")));
            write(KeyWrite.set(key("a2"), key("2")), KeyWrite.delete(key("a1")));
            flush();
            write(KeyWrite.set(key("a1"), key("3")));
            TableWatch.Batch batch = watch.next(SOON);
            assertThat(texts(batch)).containsExactly("6132=32@0.3", "6131=gone@0.3");
            seen = batch.through();
        }
        try (TableWatch watch = store.watch(TABLE, range, seen)) {
            assertThat(texts(watch.next(SOON))).containsExactly("6131=33@1.1");
            assertThat(watch.next(Duration.ofMillis(1))).isNull();
        }
    }

    @Test
    void aWaitingWatcherIsWokenByAWrite() throws Exception {
        create(TABLE);
        try (TableWatch watch = store.watch(TABLE, KeyRange.ALL, Version.ZERO)) {
            CompletableFuture<TableWatch.Batch> next = new CompletableFuture<>();
            Thread waiting =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    next.complete(watch.next(SOON));
                                } catch (IOException | RuntimeException e) {
                                    next.completeExceptionally(e);
                                }
                            });
            write(KeyWrite.set(key("a"), key("1")));
            assertThat(texts(next.join())).containsExactly("61=31@0.1");
            waiting.join();
        }
    }

    @Test
    void aDroppedTableIsStillThereForWhoHoldsIt() throws Exception {
        create(TABLE);
        write(KeyWrite.set(key("a"), key("1")));
        flush();
        write(KeyWrite.set(key("b"), key("2")));
        try (TableSnapshot snapshot = store.tableSnapshot(TABLE, VersionSelector.LATEST);
                TableWatch watch = store.watch(TABLE, KeyRange.ALL, Version.ZERO)) {
            submit(new Mutation.DropTable(TABLE));
            assertThat(TableComparison.texts(TableComparison.scan(snapshot, KeyRange.ALL, false, 10)))
                    .containsExactly("61=31@0.1", "62=32@1.1");
            assertRefused(
                    ErrorCode.NO_SUCH_TABLE,
                    () -> {
                        // What was on its way already still comes.
                        while (watch.next(SOON) != null) {}
                    });
        }
    }

    @Test
    void theLongestKeysAndValuesAreKept() throws Exception {
        create(TABLE);
        byte[] longKey = new byte[KeyWrite.KEY_BYTES_MAX];
        byte[] longValue = new byte[KeyWrite.VALUE_BYTES_MAX];
        new Random(1).nextBytes(longValue);
        write(KeyWrite.set(longKey, longValue), KeyWrite.set(key("a"), new byte[0]));
        for (boolean flushed : new boolean[] {false, true}) {
            if (flushed) {
                flush();
            }
            try (TableSnapshot snapshot = store.tableSnapshot(TABLE, VersionSelector.LATEST)) {
                assertThat(snapshot.get(longKey).orElseThrow().value()).isEqualTo(longValue);
                assertThat(snapshot.get(key("a")).orElseThrow().value()).isEmpty();
                assertThat(TableComparison.scan(snapshot, KeyRange.ALL, false, 10)).hasSize(2);
            }
        }
    }

    @Test
    void aRepetitionUnderTheSameTagChangesNothing() throws Exception {
        create(TABLE);
        WriteTag tag = new WriteTag(7, 8, 1);
        Mutation once = new Mutation.WriteTable(TABLE, List.of(KeyWrite.insert(key("a"), key("1"))));
        Version first = store.submit(once, tag).join().version();
        assertThat(store.submit(once, tag).join().version()).isEqualTo(first);
        assertThat(rows(VersionSelector.LATEST)).containsExactly("61=31@0.1");
    }

    @Test
    void aRandomHistoryLeavesWhatTheModelHas() throws Exception {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println(getClass().getSimpleName() + ": -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        ModelStore model = new ModelStore();
        RandomTableHistory history = new RandomTableHistory(random, 2, 40);
        for (int i = 0; i < 400; i++) {
            Mutation.OfTable mutation = history.next(model);
            assertThat(outcome(store, mutation)).as("%s", mutation).isEqualTo(outcome(model, mutation));
            if (i % 20 == 19) {
                for (TableInfo table : model.tables("")) {
                    TableComparison.compare(store, model, table.name(), history, random);
                }
            }
        }
        assertThat(store.tables("").stream().map(TableInfo::name).toList())
                .isEqualTo(model.tables("").stream().map(TableInfo::name).toList());
    }

    @Test
    void watchersSeeWhatTheTableIsWhereverTheyBegin() throws Exception {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println(getClass().getSimpleName() + ": -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        ModelStore model = new ModelStore();
        RandomTableHistory history = new RandomTableHistory(random, 1, 20);
        String table = history.tables().getFirst();
        TreeMap<byte[], TableRow> rows = TableComparison.noRows();
        Version seen = Version.ZERO;
        for (int i = 0; i < 40; i++) {
            for (int left = random.nextInt(30); left >= 0; left--) {
                Mutation.OfTable mutation = history.next(model);
                if (!(mutation instanceof Mutation.DropTable)) {
                    outcome(store, mutation);
                    outcome(model, mutation);
                }
            }
            try (TableWatch watch = store.watch(table, KeyRange.ALL, seen);
                    TableSnapshot wanted = model.tableSnapshot(table, VersionSelector.LATEST)) {
                List<String> present = TableComparison.texts(TableComparison.scan(wanted, KeyRange.ALL, false, 1000));
                long untilNanos = System.nanoTime() + SOON.toNanos();
                do {
                    seen = TableComparison.follow(watch, rows, seen);
                } while (!TableComparison.texts(rows.values()).equals(present) && System.nanoTime() < untilNanos);
                assertThat(TableComparison.texts(rows.values())).isEqualTo(present);
            }
        }
    }

    private static String outcome(TableStore store, Mutation mutation) {
        try {
            return store.submit(mutation).join().version().toString();
        } catch (CompletionException e) {
            return ((Refused) e.getCause()).code().name();
        }
    }

    private void create(String table) {
        submit(new Mutation.CreateTable(table));
    }

    private Version write(KeyWrite... writes) {
        return submit(new Mutation.WriteTable(TABLE, List.of(writes)));
    }

    private Version flush() {
        return submit(new Mutation.FlushTable(TABLE));
    }

    private Version submit(Mutation mutation) {
        try {
            return store.submit(mutation).join().version();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Refused refused ? refused : e;
        }
    }

    private TableInfo store(String table) {
        try {
            return store.tables(table).getFirst();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> rows(VersionSelector at) throws IOException {
        try (TableSnapshot snapshot = store.tableSnapshot(TABLE, at)) {
            return new ArrayList<>(TableComparison.texts(TableComparison.scan(snapshot, KeyRange.ALL, false, 1000)));
        }
    }

    private static List<String> texts(TableWatch.Batch batch) {
        assertThat(batch).isNotNull();
        return batch.changes().stream().map(TableComparison::text).toList();
    }

    private static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static void assertRefused(ErrorCode code, Attempt attempt) {
        refusal(code, attempt);
    }

    private static String refusal(ErrorCode code, Attempt attempt) {
        List<String> sentence = new ArrayList<>();
        Consumer<Throwable> isRefused =
                e -> {
                    assertThat(e).isInstanceOf(Refused.class);
                    assertThat(((Refused) e).code()).isEqualTo(code);
                    sentence.add(e.getMessage());
                };
        assertThatThrownBy(attempt::run).satisfies(isRefused::accept);
        return sentence.getFirst();
    }
}
