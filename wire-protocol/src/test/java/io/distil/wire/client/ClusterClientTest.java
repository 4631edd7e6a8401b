package io.distil.wire.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.ClusterAdmin;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.LogPosition;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamKey;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.TableWatch;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.wire.server.LeakCheck;
import io.distil.wire.server.WireServer;
import io.distil.wire.server.WireServerOptions;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A client of several nodes finds its way whoever leads, wherever tablets lie, and whatever it believed before.
final class ClusterClientTest {
    private static final StreamId LOW = new StreamId(1, 2);
    private static final StreamId HIGH = new StreamId(0x7000_0000_0000_0000L, 2);
    private static final long MILLI = 1_000_000;
    private static final ClusterClientOptions QUICK =
            ClusterClientOptions.DEFAULT
                    .withNode(
                            DistilClientOptions.DEFAULT
                                    .withReconnect(new DistilClientOptions.Reconnect(MILLI, 10 * MILLI, 200 * MILLI))
                                    .withTimeouts(
                                            new DistilClientOptions.Timeouts(
                                                    2_000 * MILLI, 20_000 * MILLI, 20_000 * MILLI)))
                    .withRetry(new ClusterClientOptions.Retry(MILLI, 20 * MILLI));

    private LeakCheck leaks;
    private ScriptedCluster cluster;
    private final List<LogPosition> reverts = new CopyOnWriteArrayList<>();
    private ClusterClient client;

    @BeforeAll
    static void warmUp() throws Exception {
        try (ScriptedCluster once = new ScriptedCluster(1, 1);
                ClusterClient client = ClusterClient.connect(List.of(once.node("n1").address()), QUICK)) {
            client.status();
        }
    }

    @BeforeEach
    void startThreeNodesWithTwoGroups() throws Exception {
        leaks = new LeakCheck();
        cluster = new ScriptedCluster(3, 2);
        splitStreams(HIGH);
        cluster.lead(2, "n2");
        client = ClusterClient.connect(List.of(cluster.node("n3").address()), QUICK.withOnRevert(reverts::add));
    }

    @AfterEach
    void stopAndFindNothingLeft() throws Exception {
        client.close();
        cluster.close();
        leaks.assertNothingLeft();
    }

    /// Streams from this one on belong to group 2.
    private void splitStreams(StreamId at) {
        byte[] key = StreamKey.first(at);
        cluster.place(
                ClusterMap.STREAMS,
                ScriptedCluster.tablet(1, ClusterMap.STREAMS, new byte[0], key, 1),
                ScriptedCluster.tablet(2, ClusterMap.STREAMS, key, null, 2));
    }

    private void splitTable(String table, String at) {
        cluster.place(
                table,
                ScriptedCluster.tablet(3, table, new byte[0], bytes(at), 1),
                ScriptedCluster.tablet(4, table, bytes(at), null, 2));
    }

    @Test
    void mutationsAndReadsGoToTheLeaderOfTheirGroup() throws Exception {
        create(LOW, "low");
        create(HIGH, "high");
        insert(LOW, 1);
        insert(HIGH, 1);
        assertThat(cluster.group(1).appliedCount()).isEqualTo(2);
        assertThat(cluster.group(2).appliedCount()).isEqualTo(2);
        assertThat(cluster.node("n1").mutationsTaken.get()).isEqualTo(2);
        assertThat(cluster.node("n2").mutationsTaken.get()).isEqualTo(2);
        assertThat(client.info(HIGH).version()).isEqualTo(new Version(0, 1));
        assertThat(cluster.node("n2").readsPassed.get()).isEqualTo(1);
        assertThat(count(HIGH)).isEqualTo(1);
        assertThat(cluster.node("n3").mapsTold.get()).as("one map was enough").isEqualTo(1);
    }

    @Test
    void whatConcernsEverythingIsMergedAndToldOnce() throws Exception {
        create(HIGH, "b");
        create(LOW, "a");
        create(new StreamId(9, 9), "c");
        List<StreamId> found = new ArrayList<>();
        try (StreamCursor cursor = client.find(StreamFilter.ALL)) {
            for (var page = cursor.next(2); !page.isEmpty(); page = cursor.next(2)) {
                page.forEach(info -> found.add(info.descriptor().id()));
            }
        }
        assertThat(found).containsExactly(LOW, HIGH, new StreamId(9, 9));
        assertThat(client.collections("")).containsExactly("a", "b", "c");
        assertThat(client.status()).containsEntry("node", "n1");
        assertThat(client.status("n2")).containsEntry("node", "n2");
        assertRefused(ErrorCode.NO_SUCH_NODE, () -> client.status("n9"));
    }

    @Test
    void aNewLeaderIsFoundByAskingForTheMap() throws Exception {
        create(LOW, "a");
        for (String leader : List.of("n2", "n3", "n1", "n3")) {
            cluster.lead(1, leader);
            insert(LOW, 1);
            assertThat(client.info(LOW).version().minor()).isPositive();
        }
        assertThat(cluster.group(1).appliedCount()).isEqualTo(5);
    }

    @Test
    void aStaleMapIsNotBelievedForEver() throws Exception {
        create(LOW, "a");
        ClusterMap stale = cluster.map();
        cluster.node("n1").staleMap = stale;
        cluster.node("n2").staleMap = stale;
        cluster.lead(1, "n3");
        insert(LOW, 1);
        assertThat(cluster.node("n3").mutationsTaken.get()).isEqualTo(1);
    }

    @Test
    void nodesThatDoNotAnswerDoNotHoldTheMapBack() throws Exception {
        create(LOW, "a");
        CountDownLatch goesOn = new CountDownLatch(1);
        cluster.node("n1").tellsMap = goesOn;
        cluster.node("n3").tellsMap = goesOn;
        for (String leader : List.of("n2", "n3", "n2")) {
            cluster.lead(1, leader);
            insertLater(LOW, 1).get(5, TimeUnit.SECONDS);
        }
        goesOn.countDown();
    }

    @Test
    void aTabletThatMovedIsFound() throws Exception {
        create(LOW, "a");
        cluster.group(2).submit(new Mutation.Create(descriptor(LOW, "a"))).join();
        splitStreams(new StreamId(0, 0));
        insert(LOW, 3);
        assertThat(cluster.group(2).info(LOW).version()).isEqualTo(new Version(0, 1));
        assertThat(count(LOW)).isEqualTo(3);
    }

    @Test
    void aDeadLeaderIsLeftForTheNextOne() throws Exception {
        create(LOW, "a");
        insert(LOW, 1);
        cluster.node("n1").kill();
        CompletableFuture<Version> during = insertLater(LOW, 2);
        Thread.sleep(50);
        assertThat(during).isNotDone();
        cluster.lead(1, "n2");
        during.get(10, TimeUnit.SECONDS);
        assertThat(count(LOW)).isEqualTo(3);
        assertThat(cluster.group(1).appliedCount()).isEqualTo(3);
    }

    @Test
    void aMutationInDoubtIsRepeatedUnderItsTag() throws Exception {
        create(LOW, "a");
        cluster.node("n1").appliedInDoubt = 1;
        insert(LOW, 1);
        cluster.node("n1").lostInDoubt = 2;
        insert(LOW, 2);
        assertThat(count(LOW)).isEqualTo(3);
        assertThat(cluster.group(1).appliedCount()).isEqualTo(3);
    }

    @Test
    void everyMutationIsAppliedOnceThroughCutsAndLeaderChanges() throws Exception {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("ClusterClientTest cuts and leaders: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        create(LOW, "a");
        create(HIGH, "b");
        List<CompletableFuture<Version>> futures = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            String node = "n" + (1 + random.nextInt(3));
            switch (random.nextInt(40)) {
                case 0 -> cluster.lead(1 + random.nextInt(2), node);
                case 1 -> cluster.node(node).proxy.cutAfter(random.nextInt(4_000), random.nextInt(2_000));
                case 2 -> cluster.node(node).appliedInDoubt = 1;
                case 3 -> cluster.node(node).lostInDoubt = 1;
                default -> {}
            }
            futures.add(insertLater(random.nextBoolean() ? LOW : HIGH, 3));
        }
        for (CompletableFuture<Version> future : futures) {
            future.get(20, TimeUnit.SECONDS);
        }
        assertThat(cluster.group(1).appliedCount() + cluster.group(2).appliedCount()).isEqualTo(602);
        assertThat(count(LOW) + count(HIGH)).isEqualTo(1800);
    }

    @Test
    void aMutationWhoseTimeIsOverSaysWhetherItIsInDoubt() throws Exception {
        try (ClusterClient impatient =
                ClusterClient.connect(
                        List.of(cluster.node("n1").address()),
                        QUICK.withNode(
                                QUICK.node()
                                        .withTimeouts(
                                                new DistilClientOptions.Timeouts(
                                                        1_000 * MILLI, 300 * MILLI, 300 * MILLI))))) {
            cluster.lead(1, "");
            assertThatThrownBy(() -> impatient.submit(new Mutation.Create(descriptor(LOW, "a"))).join())
                    .cause()
                    .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_LEADER));
            cluster.lead(1, "n1");
            cluster.node("n1").lostInDoubt = Integer.MAX_VALUE;
            assertThatThrownBy(() -> impatient.submit(new Mutation.Create(descriptor(LOW, "a"))).join())
                    .cause()
                    .isInstanceOf(ConnectionLost.class)
                    .hasMessageContaining("may or may not have been done");
            cluster.lead(1, "");
            assertRefused(ErrorCode.NOT_LEADER, () -> impatient.at(Consistency.LEADER).info(LOW));
        }
    }

    @Test
    void aStaleReadPrefersFollowersAndTriesTheOthers() throws Exception {
        create(LOW, "a");
        ClusterClient stale = client.at(new Consistency.BoundedStale(1000));
        for (int i = 0; i < 20; i++) {
            assertThat(stale.info(LOW).version()).isEqualTo(Version.ZERO);
        }
        assertThat(cluster.node("n1").readsPassed.get()).as("the leader").isZero();
        cluster.node("n2").isStale = true;
        cluster.node("n3").isStale = true;
        assertThat(stale.info(LOW).version()).isEqualTo(Version.ZERO);
        assertThat(cluster.node("n1").readsPassed.get()).isEqualTo(1);
    }

    @Test
    void aSnapshotGoesOnAtAnotherNode() throws Exception {
        create(LOW, "a");
        insert(LOW, 3);
        client.submit(new Mutation.Flush(LOW)).join();
        try (StreamSnapshot snapshot = client.snapshot(LOW, VersionSelector.at(Version.ofMajor(1)))) {
            insert(LOW, 4);
            cluster.node("n1").kill();
            cluster.lead(1, "n3");
            try (PointCursor cursor = snapshot.points(TimeRange.ALL);
                    PointBatch batch = new PointBatch(100)) {
                assertThat(cursor.next(batch)).isEqualTo(3);
            }
        }
    }

    @Test
    void anAtomicMutationWithRecordsIsDoneGroupByGroupAndTheRecordsLast() throws Exception {
        create(LOW, "a");
        create(HIGH, "b");
        TimeRange range = new TimeRange(0, 10);
        try (PointBatch batch = new PointBatch(1)) {
            batch.append(5, 5);
            Mutation.Replace low = new Mutation.Replace(LOW, range, batch.columns());
            Mutation.Replace high = new Mutation.Replace(HIGH, range, batch.columns());
            Mutation.PutRecord record = new Mutation.PutRecord("d/cursor", 0, Optional.of(bytes("1")));
            client.submit(new Mutation.Atomic(List.of(low, high), List.of(record))).join();
            assertThat(client.record("d/cursor")).isPresent();
            assertThat(count(LOW)).isEqualTo(1);
            assertThat(count(HIGH)).isEqualTo(1);
            Mutation.PutRecord late = new Mutation.PutRecord("d/cursor", 0, Optional.of(bytes("2")));
            assertRefused(
                    ErrorCode.STALE_RECORD,
                    () -> client.submit(new Mutation.Atomic(List.of(low, high), List.of(late))).join());
            assertRefused(
                    ErrorCode.INVALID_ARGUMENT,
                    () -> client.submit(new Mutation.Atomic(List.of(low, high), List.of())).join());
        }
    }

    @Test
    void aTableInTwoGroupsIsWrittenScannedAndCountedAsOne() throws Exception {
        client.submit(new Mutation.CreateTable("t")).join();
        cluster.group(2).submit(new Mutation.CreateTable("t")).join();
        splitTable("t", "m");
        for (String key : List.of("a", "b", "n", "z")) {
            write("t", KeyWrite.set(bytes(key), bytes(key)));
        }
        assertRefused(
                ErrorCode.INVALID_ARGUMENT,
                () -> write("t", KeyWrite.set(bytes("a"), bytes("x")), KeyWrite.set(bytes("z"), bytes("x"))));
        try (TableSnapshot snapshot = client.tableSnapshot("t", VersionSelector.LATEST)) {
            assertThat(keys(snapshot, KeyRange.ALL, false)).containsExactly("a", "b", "n", "z");
            assertThat(keys(snapshot, KeyRange.ALL, true)).containsExactly("z", "n", "b", "a");
            assertThat(keys(snapshot, new KeyRange(bytes("b"), bytes("o")), false)).containsExactly("b", "n");
            assertThat(snapshot.count(KeyRange.ALL)).isEqualTo(4);
            assertThat(snapshot.get(bytes("n"))).isPresent();
            assertThat(snapshot.get(bytes("x"))).isEmpty();
            assertRefused(ErrorCode.INVALID_ARGUMENT, () -> snapshot.changesSince(Version.ZERO, KeyRange.ALL));
        }
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> client.tableSnapshot("t", VersionSelector.at(Version.ZERO)));
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> client.watch("t", KeyRange.ALL, Version.ZERO));
        client.submit(new Mutation.FlushTable("t")).join();
        assertThat(cluster.group(1).tables("t").getFirst().version()).isEqualTo(Version.ofMajor(1));
        assertThat(cluster.group(2).tables("t").getFirst().version()).isEqualTo(Version.ofMajor(1));
        client.submit(new Mutation.DropTable("t")).join();
        assertThat(client.tables("")).isEmpty();
    }

    @Test
    void aScanGoesOnWhenItsTabletIsSplitAndMovedInTheMiddle() throws Exception {
        client.submit(new Mutation.CreateTable("t")).join();
        for (int i = 100; i < 1000; i++) {
            write("t", KeyWrite.set(bytes("" + i), new byte[1000]));
        }
        try (TableSnapshot snapshot = client.tableSnapshot("t", VersionSelector.LATEST);
                TableCursor<TableRow> cursor = snapshot.scan(KeyRange.ALL, false)) {
            assertThat(cursor.next(10)).hasSize(10);
            cluster.group(2).submit(new Mutation.CreateTable("t")).join();
            splitTable("t", "500");
            int count = 10;
            for (var page = cursor.next(100); !page.isEmpty(); page = cursor.next(100)) {
                count += page.size();
            }
            assertThat(count).isEqualTo(900);
        }
        // A scan that begins with the old map finds the new parts.
        cluster.group(2).submit(new Mutation.WriteTable("t", List.of(KeyWrite.set(bytes("999"), bytes("new"))))).join();
        try (TableSnapshot snapshot = client.tableSnapshot("t", VersionSelector.LATEST)) {
            assertThat(keys(snapshot, new KeyRange(bytes("498"), null), false)).containsExactly("498", "499", "999");
        }
    }

    @Test
    void aWatchGoesOnAtAnotherNodeBehindWhatItHasSeen() throws Exception {
        client.submit(new Mutation.CreateTable("t")).join();
        write("t", KeyWrite.set(bytes("a"), bytes("1")));
        try (TableWatch watch = client.watch("t", KeyRange.ALL, Version.ZERO)) {
            assertThat(watch.next(Duration.ofSeconds(10)).changes()).hasSize(1);
            cluster.node("n1").kill();
            cluster.lead(1, "n2");
            write("t", KeyWrite.set(bytes("b"), bytes("2")));
            TableWatch.Batch batch = null;
            for (int i = 0; i < 100 && batch == null; i++) {
                batch = watch.next(Duration.ofMillis(100));
            }
            assertThat(batch.changes()).hasSize(1);
            assertThat(batch.changes().getFirst().key()).isEqualTo(bytes("b"));
        }
    }

    @Test
    void whatWasAcknowledgedByALeaderAndLostIsReported() throws Exception {
        create(LOW, "a");
        Outcome kept = insertAtLeader(LOW);
        client.await(kept.logged(), Durability.ALL).join();
        List<Outcome> lost = new ArrayList<>();
        // The fate of what comes next is decided before it is asked for.
        long next = kept.logged().position();
        cluster.lead(1, "n2");
        for (int i = 1; i <= 3; i++) {
            cluster.revert(new LogPosition(1, 3, next + i));
        }
        cluster.lead(1, "n1");
        for (int i = 1; i <= 3; i++) {
            lost.add(insertAtLeader(LOW));
        }
        eventually(() -> reverts.size() == 3);
        assertThat(reverts).containsExactlyInAnyOrderElementsOf(lost.stream().map(Outcome::logged).toList());
        assertRefused(ErrorCode.REVERTED, () -> client.await(lost.getFirst().logged(), Durability.MAJORITY).join());
        Outcome after = insertAtLeader(LOW);
        client.await(after.logged(), Durability.MAJORITY).join();
    }

    @Test
    void anOperationIsDoneWhereTheRootGroupIsLed() throws Exception {
        cluster.lead(1, "n2");
        List<String> said = new ArrayList<>();
        client.run(new ClusterAdmin.Operation.TransferLeader(2, "n3"), said::add);
        assertThat(said).containsExactly("asking n2", "leader is n3");
        assertThat(client.clusterMap().group(2).orElseThrow().leader()).isEqualTo("n3");
        assertRefused(ErrorCode.NO_SUCH_NODE, () -> client.run(new ClusterAdmin.Operation.Leave("n7"), said::add));
    }

    @Test
    void anyOfTheAddressesMayBeDead() throws Exception {
        cluster.node("n2").kill();
        try (ClusterClient other =
                ClusterClient.connect(List.of(cluster.node("n2").address(), cluster.node("n3").address()), QUICK)) {
            assertThat(other.status()).containsEntry("node", "n1");
        }
        assertThatThrownBy(() -> ClusterClient.connect(List.of(cluster.node("n2").address()), QUICK))
                .isInstanceOf(ConnectionLost.class)
                .hasMessageContaining("distil server");
    }

    @Test
    void anyOfTheNodesMayBeStillReadingItsLog() throws Exception {
        cluster.node("n3").isReplaying = true;
        List<String> addresses = List.of(cluster.node("n3").address(), cluster.node("n2").address());
        try (ClusterClient found = ClusterClient.connect(addresses, QUICK)) {
            assertThat(found.clusterMap().nodes()).hasSize(3);
        }
        assertThatThrownBy(() -> ClusterClient.connect(List.of(cluster.node("n3").address()), QUICK))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.TOO_STALE));
    }

    @Test
    void aLoneNodeIsNotAskedForAMap() throws Exception {
        ModelStore store = new ModelStore();
        try (WireServer server = WireServer.start(store, WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0));
                ClusterClient alone =
                        ClusterClient.connect(List.of("127.0.0.1:" + server.address().getPort()), QUICK)) {
            alone.submit(new Mutation.Create(descriptor(LOW, "a")), WriteTag.NONE, Durability.LEADER).join();
            alone.info(LOW);
            assertThat(server.metrics().framesIn()).as("hello, create, info").isEqualTo(3);
            assertThat(alone.clusterMap().nodes()).hasSize(1);
            assertThat(alone.clusterMap().nodes().getFirst().listen())
                    .isEqualTo("127.0.0.1:" + server.address().getPort());
            assertRefused(ErrorCode.CLUSTER_CONFLICT, () -> alone.run(new ClusterAdmin.Operation.Rebalance(), _ -> {}));
        }
    }

    @Test
    void closingFailsWhatWaitsForALeader() throws Exception {
        cluster.lead(1, "");
        CompletableFuture<Outcome> waiting = client.submit(new Mutation.Create(descriptor(LOW, "a")));
        Thread.sleep(30);
        client.close();
        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).cause().isInstanceOf(ConnectionLost.class);
        assertThatThrownBy(() -> client.info(LOW)).isInstanceOf(IOException.class);
    }

    // Helpers.

    private void create(StreamId id, String collection) {
        client.submit(new Mutation.Create(descriptor(id, collection))).join();
    }

    private static StreamDescriptor descriptor(StreamId id, String collection) {
        return new StreamDescriptor(id, collection, Map.of("name", "n"), Map.of(), 1);
    }

    private void insert(StreamId id, int count) throws Exception {
        insertLater(id, count).get(20, TimeUnit.SECONDS);
    }

    private CompletableFuture<Version> insertLater(StreamId id, int count) {
        PointBatch batch = batch(count);
        return client.insert(id, batch.columns(), MergePolicy.NEVER).whenComplete((_, _) -> batch.close());
    }

    private Outcome insertAtLeader(StreamId id) {
        try (PointBatch batch = batch(1)) {
            return client.submit(
                            new Mutation.Insert(id, batch.columns(), MergePolicy.NEVER),
                            WriteTag.NONE,
                            Durability.LEADER)
                    .join();
        }
    }

    private static PointBatch batch(int count) {
        PointBatch batch = new PointBatch(count);
        for (int i = 0; i < count; i++) {
            batch.append(i, i);
        }
        return batch;
    }

    private int count(StreamId id) throws IOException {
        int count = 0;
        try (StreamSnapshot snapshot = client.snapshot(id, VersionSelector.LATEST);
                PointCursor cursor = snapshot.points(TimeRange.ALL);
                PointBatch batch = new PointBatch(10_000)) {
            while (cursor.next(batch) > 0) {
                count += batch.count();
            }
        }
        return count;
    }

    private void write(String table, KeyWrite... writes) {
        client.submit(new Mutation.WriteTable(table, List.of(writes))).join();
    }

    private static List<String> keys(TableSnapshot snapshot, KeyRange range, boolean backward) throws IOException {
        List<String> keys = new ArrayList<>();
        try (TableCursor<TableRow> cursor = snapshot.scan(range, backward)) {
            for (var page = cursor.next(3); !page.isEmpty(); page = cursor.next(3)) {
                page.forEach(row -> keys.add(new String(row.key(), UTF_8)));
            }
        }
        return keys;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .satisfies(thrown -> {
                    Throwable bare = thrown instanceof CompletionException ? thrown.getCause() : thrown;
                    assertThat(bare).isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(code));
                });
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean() && System.nanoTime() < until) {
            Thread.sleep(2);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
