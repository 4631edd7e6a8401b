package io.distil.wire.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.wire.client.DistilClientOptions.Reconnect;
import io.distil.wire.client.DistilClientOptions.Timeouts;
import io.distil.wire.server.LeakCheck;
import io.distil.wire.server.WireServer;
import io.distil.wire.server.WireServerOptions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/// Connections are cut, held and repeated; every mutation is applied once, and no read shows half of one answer and half of
/// another.
final class ExactlyOnceTest {
    private static final StreamId ID = new StreamId(1, 2);
    private static final int INSERT_BYTES = 24 + 56 + 3 * 16;
    private static final int ANSWER_BYTES = 24 + 48;
    private static final long MILLI = 1_000_000;
    private static final DistilClientOptions QUICK =
            DistilClientOptions.DEFAULT
                    .withReconnect(new Reconnect(MILLI, 10 * MILLI, 1_000 * MILLI))
                    .withTimeouts(new Timeouts(5_000 * MILLI, 20_000 * MILLI, 5_000 * MILLI));

    private LeakCheck leaks;
    private ModelStore store;
    private WireServer server;
    private CuttingProxy proxy;
    private DistilClient client;

    @BeforeAll
    static void warmUp() throws Exception {
        try (WireServer once =
                        WireServer.start(new ModelStore(), WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0));
                CuttingProxy proxy = new CuttingProxy(once.address().getPort());
                DistilClient client = DistilClient.connect("127.0.0.1", proxy.port(), QUICK)) {
            client.status();
        }
    }

    @BeforeEach
    void start() throws Exception {
        leaks = new LeakCheck();
        store = new ModelStore();
        store.submit(new Mutation.Create(new StreamDescriptor(ID, "c", Map.of("name", "n"), Map.of(), 1))).join();
        server = WireServer.start(store, WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0));
        proxy = new CuttingProxy(server.address().getPort());
        client = DistilClient.connect("127.0.0.1", proxy.port(), QUICK);
    }

    @AfterEach
    void stopAndFindNothingLeft() throws Exception {
        client.close();
        proxy.close();
        server.close();
        leaks.assertNothingLeft();
    }

    @Test
    void anInsertCutAtEveryByteIsAppliedOnce() throws Exception {
        for (int cut = 0; cut < INSERT_BYTES; cut++) {
            proxy.cutAfter(cut, Long.MAX_VALUE);
            assertThat(insertThree(client).get(10, TimeUnit.SECONDS)).isEqualTo(new Version(0, cut + 1));
        }
        assertThat(store.appliedCount()).isEqualTo(1 + INSERT_BYTES);
        assertThat(proxy.connectionCount()).isEqualTo(1 + INSERT_BYTES);
        assertThat(count(VersionSelector.LATEST)).isEqualTo(3 * INSERT_BYTES);
    }

    @Test
    void anAnswerCutAtEveryByteLeavesTheInsertAppliedOnce() throws Exception {
        for (int cut = 0; cut < ANSWER_BYTES; cut++) {
            proxy.cutAfter(Long.MAX_VALUE, cut);
            assertThat(insertThree(client).get(10, TimeUnit.SECONDS)).isEqualTo(new Version(0, cut + 1));
        }
        assertThat(store.appliedCount()).isEqualTo(1 + ANSWER_BYTES);
        assertThat(proxy.connectionCount()).isEqualTo(1 + ANSWER_BYTES);
    }

    @Test
    void aHandshakeCutAtEveryByteIsReportedAndLeavesNothing() throws Exception {
        client.close();
        for (int cut = 0; cut < 100; cut += 3) {
            proxy.cutAfter(cut, Long.MAX_VALUE);
            try (DistilClient second = DistilClient.connect("127.0.0.1", proxy.port(), QUICK)) {
                assertThat(second.info(ID).descriptor().id()).isEqualTo(ID);
            } catch (ConnectionLost e) {
                assertThat(e).hasMessageContaining("127.0.0.1:" + proxy.port());
            }
        }
        proxy.cutAfter(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    @Test
    void aFrameThatArrivesLongAfterItsRepetitionChangesNothing() throws Exception {
        proxy.holdNext();
        CompletableFuture<Version> first = insertThree(client);
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(new Version(0, 1));
        insertThree(client).get(10, TimeUnit.SECONDS);
        proxy.deliverLate();
        Thread.sleep(100);
        assertThat(store.appliedCount()).isEqualTo(3);
        assertThat(count(VersionSelector.LATEST)).isEqualTo(6);
    }

    @Test
    void manyMutationsInFlightSurviveCutsAtRandomBytes() throws Exception {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("ExactlyOnceTest random cuts: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        List<CompletableFuture<Version>> futures = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            if (i % 100 == 50) {
                proxy.cutAfter(random.nextInt(8_000), random.nextInt(4_000));
            }
            futures.add(insertThree(client));
        }
        for (CompletableFuture<Version> future : futures) {
            future.get(20, TimeUnit.SECONDS);
        }
        assertThat(store.appliedCount()).isEqualTo(1001);
        assertThat(count(VersionSelector.LATEST)).isEqualTo(3000);
    }

    @Test
    void theWindowHoldsBackWhatTheStoreWouldNotRemember() throws Exception {
        MutationWindow window = new MutationWindow(4);
        assertThat(window.take(false)).isEqualTo(1);
        assertThat(window.take(false)).isEqualTo(2);
        assertThat(window.take(false)).isEqualTo(3);
        assertThat(window.take(false)).isEqualTo(4);
        window.answered(3);
        assertThatThrownBy(() -> window.take(false))
                .isInstanceOfSatisfying(Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        window.answered(1);
        assertThat(window.take(false)).isEqualTo(5);
    }

    @Test
    void aReadThatHasBegunFailsWhenTheConnectionIsLost() throws Exception {
        try (PointBatch batch = new PointBatch(1 << 20)) {
            for (int i = 0; i < batch.capacity(); i++) {
                batch.append(i, i);
            }
            store.insert(ID, batch.columns(), MergePolicy.NEVER).join();
        }
        try (PointCursor cursor = client.points(ID, VersionSelector.LATEST, TimeRange.ALL);
                PointBatch batch = new PointBatch(1000)) {
            assertThat(cursor.next(batch)).isEqualTo(1000);
            proxy.cutNow();
            assertThatThrownBy(
                            () -> {
                                while (cursor.next(batch) > 0) {}
                            })
                    .isInstanceOfSatisfying(
                            ConnectionLost.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST));
        }
        assertThat(client.info(ID).version()).isEqualTo(new Version(0, 1));
    }

    @Test
    void aReadThatHasNotBegunIsAskedAgain() throws Exception {
        insertThree(client).join();
        for (int cut = 0; cut < 24 + 64; cut += 5) {
            proxy.cutAfter(cut, Long.MAX_VALUE);
            assertThat(count(VersionSelector.LATEST)).isEqualTo(3);
        }
    }

    @Test
    void aSnapshotOutlivesItsConnectionOrSaysThatItsVersionIsGone() throws Exception {
        insertThree(client).join();
        client.flush(ID).join();
        try (StreamSnapshot snapshot = client.snapshot(ID, VersionSelector.at(Version.ofMajor(1)))) {
            insertThree(client).join();
            proxy.cutNow();
            assertThat(snapshot.nearest(0, Direction.FORWARD)).isPresent();
            try (PointCursor cursor = snapshot.points(TimeRange.ALL);
                    PointBatch batch = new PointBatch(100)) {
                assertThat(cursor.next(batch)).isEqualTo(3);
            }
        }
        try (StreamSnapshot snapshot = client.snapshot(ID, VersionSelector.LATEST)) {
            assertThat(snapshot.version()).isEqualTo(new Version(1, 1));
            proxy.cutNow();
            insertThree(client).join();
            assertThatThrownBy(() -> snapshot.nearest(0, Direction.FORWARD))
                    .isInstanceOfSatisfying(
                            Refused.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_AVAILABLE));
        }
    }

    @Test
    void aMutationThatNobodyAnswersFailsInDoubt() throws Exception {
        DistilClient impatient =
                DistilClient.connect(
                        "127.0.0.1",
                        proxy.port(),
                        QUICK.withTimeouts(new Timeouts(1_000 * MILLI, 300 * MILLI, 300 * MILLI)));
        server.close();
        assertThatThrownBy(() -> insertThree(impatient).join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(ConnectionLost.class)
                .hasMessageContaining("may or may not have been done");
        assertThatThrownBy(() -> impatient.info(ID)).isInstanceOf(ConnectionLost.class);
        impatient.close();
        assertThatThrownBy(() -> impatient.info(ID)).isInstanceOf(ConnectionLost.class).hasMessageContaining("closed");
    }

    @Test
    void nobodyThereIsSaidInASentenceThatHelps() {
        assertThatThrownBy(() -> DistilClient.connect("127.0.0.1", 1, QUICK))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("distil server");
    }

    @Test
    void pointsArriveWithoutAWaitingThread() throws Exception {
        insertThree(client).join();
        List<Long> times = new ArrayList<>();
        client.readPoints(
                        ID,
                        VersionSelector.LATEST,
                        TimeRange.ALL,
                        points -> {
                            for (int i = 0; i < points.count(); i++) {
                                times.add(points.time(i));
                            }
                        })
                .get(5, TimeUnit.SECONDS);
        assertThat(times).containsExactly(1L, 2L, 3L);
        assertThatThrownBy(() ->
                        client.readPoints(
                                        ID,
                                        VersionSelector.LATEST,
                                        TimeRange.ALL,
                                        _ -> {
                                            throw new IllegalStateException("enough");
                                        })
                                .get(5, TimeUnit.SECONDS))
                .hasRootCauseMessage("enough");
        long[] windows = new long[1];
        client.readAlignedWindows(
                        ID, VersionSelector.LATEST, new TimeRange(0, 4), 1, batch -> windows[0] += batch.count())
                .get(5, TimeUnit.SECONDS);
        assertThat(windows[0]).isEqualTo(2);
    }

    @Test
    void batchesOfAPoolAreUsedAgain() throws Exception {
        try (BatchPool pool = new BatchPool(3, 1)) {
            for (int i = 0; i < 5; i++) {
                PointBatch batch = pool.take();
                batch.append(i, 1);
                client.insert(ID, batch.columns(), MergePolicy.NEVER).whenComplete((_, _) -> pool.giveBack(batch));
            }
            pool.giveBack(pool.take());
        }
        assertThat(count(VersionSelector.LATEST)).isEqualTo(5);
    }

    private static CompletableFuture<Version> insertThree(DistilClient client) {
        PointBatch batch = new PointBatch(3);
        batch.append(1, 1).append(2, 2).append(3, 3);
        return client.insert(ID, batch.columns(), MergePolicy.NEVER).whenComplete((_, _) -> batch.close());
    }

    private int count(VersionSelector at) throws IOException {
        int points = 0;
        try (PointCursor cursor = client.points(ID, at, TimeRange.ALL);
                PointBatch batch = new PointBatch(1000)) {
            for (int count = cursor.next(batch); count > 0; count = cursor.next(batch)) {
                points += count;
            }
        }
        return points;
    }
}
