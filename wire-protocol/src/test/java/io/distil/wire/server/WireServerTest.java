package io.distil.wire.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.DiskFailed;
import io.distil.base.ErrorCode;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.Consistency;
import io.distil.base.api.Durability;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.FrameFormat;
import io.distil.wire.frame.Request;
import io.distil.wire.frame.RequestEncoder;
import io.distil.wire.server.WireServerOptions.Chunks;
import io.distil.wire.server.WireServerOptions.Limits;
import io.distil.wire.server.WireServerOptions.Timeouts;
import io.distil.wire.server.WireServerOptions.TransportChoice;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

final class WireServerTest {
    private static final StreamId ID = new StreamId(1, 2);
    private static final WireServerOptions OPTIONS = WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0);

    private LeakCheck leaks;
    private ModelStore model;
    private FaultyStore store;

    /// Loads what a process loads once and keeps.
    @BeforeAll
    static void warmUp() throws Exception {
        for (TransportChoice transport : TransportChoice.values()) {
            try (WireServer server = WireServer.start(new ModelStore(), OPTIONS.withTransport(transport));
                    RawClient client = RawClient.greet(server)) {
                client.send(1, new Request.GetStatus());
                client.hear();
            }
        }
    }

    @BeforeEach
    void createAStreamOfAThousandPoints() {
        leaks = new LeakCheck();
        model = new ModelStore();
        store = new FaultyStore(model);
        model.submit(new Mutation.Create(new StreamDescriptor(ID, "c", Map.of("name", "n"), Map.of(), 1))).join();
        insert(1000);
    }

    @AfterEach
    void findNothingLeft() throws Exception {
        leaks.assertNothingLeft();
    }

    private void insert(int count) {
        try (PointBatch batch = new PointBatch(count)) {
            for (int i = 0; i < count; i++) {
                batch.append(i, i);
            }
            model.insert(ID, batch.columns(), MergePolicy.REPLACE).join();
        }
    }

    @ParameterizedTest
    @EnumSource(TransportChoice.class)
    void everyTransportAnswersAPing(TransportChoice transport) throws Exception {
        try (WireServer server = WireServer.start(store, OPTIONS.withTransport(transport));
                RawClient client = RawClient.greet(server)) {
            client.send(7, new Request.Ping(42));
            assertThat(client.hear()).isEqualTo(new RawClient.Heard(7, new Answer.Pong(42), 0));
            assertThat(server.transport()).isNotEmpty();
        }
    }

    @Test
    void anAddressInUseIsNamed() throws Exception {
        try (WireServer server = WireServer.start(store, OPTIONS)) {
            int port = server.address().getPort();
            assertThatThrownBy(() -> WireServer.start(store, OPTIONS.withAddress("127.0.0.1", port)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }

    @Test
    void noMoreChunksAreSentThanWereGranted() throws Exception {
        try (WireServer server = WireServer.start(store, OPTIONS.withChunks(new Chunks(10, 10, 64)));
                RawClient client = RawClient.greet(server)) {
            client.send(1, read(3));
            for (int i = 0; i < 3; i++) {
                assertThat(client.hear().pointCount()).isEqualTo(10);
            }
            client.assertSilent(200);
            client.send(1, new Request.Credit(2));
            client.hear();
            client.hear();
            client.assertSilent(200);
            assertThat(store.pointsPulled.get()).isEqualTo(50);
            client.send(1, new Request.Credit(1_000_000));
            int points = 50;
            RawClient.Heard heard = client.hear();
            for (; !(heard.answer() instanceof Answer.End); heard = client.hear()) {
                points += heard.pointCount();
                if (points % 640 == 50) {
                    client.send(1, new Request.Credit(64));
                }
            }
            assertThat(points).isEqualTo(1000);
            assertThat(store.openCursors.get()).isZero();
        }
    }

    @Test
    void aCancelledReadEndsAndItsCursorIsClosed() throws Exception {
        try (WireServer server = WireServer.start(store, OPTIONS.withChunks(new Chunks(10, 10, 64)));
                RawClient client = RawClient.greet(server)) {
            client.send(1, read(1));
            client.hear();
            client.send(1, new Request.Cancel());
            assertThat(client.hear().answer()).isEqualTo(new Answer.End());
            assertThat(store.openCursors.get()).isZero();
            assertThat(server.metrics().readsInFlight()).isZero();
        }
    }

    @Test
    void manyReadsShareAConnectionAndEachIsAnsweredWhole() throws Exception {
        try (WireServer server = WireServer.start(store, OPTIONS.withChunks(new Chunks(64, 64, 64)));
                RawClient client = RawClient.greet(server)) {
            Map<Long, Integer> points = new HashMap<>();
            for (long id = 1; id <= 50; id++) {
                client.send(id, read(64));
            }
            Set<Long> ended = new HashSet<>();
            while (ended.size() < 50) {
                RawClient.Heard heard = client.hear();
                points.merge(heard.requestId(), heard.pointCount(), Integer::sum);
                if (heard.answer() instanceof Answer.End) {
                    ended.add(heard.requestId());
                }
            }
            assertThat(points).hasSize(50).allSatisfy((_, count) -> assertThat(count).isEqualTo(1000));
        }
    }

    @Test
    void aConnectionThatVanishesLeavesNoCursorAndNoSnapshot() throws Exception {
        try (WireServer server = WireServer.start(store, OPTIONS.withChunks(new Chunks(10, 10, 64)))) {
            try (RawClient client = RawClient.greet(server)) {
                client.send(1, new Request.OpenSnapshot(ID, VersionSelector.LATEST, Consistency.LINEARIZABLE));
                long snapshot = ((Answer.SnapshotOpened) client.hear().answer()).snapshot();
                client.send(2, new Request.ReadPoints(new Request.Source.Held(snapshot), TimeRange.ALL, 1));
                client.hear();
                assertThat(server.metrics().snapshotsHeld()).isEqualTo(1);
            }
            eventually(() -> store.openCursors.get() == 0 && store.openSnapshots.get() == 0);
            eventually(() -> server.metrics().connectionsOpen() == 0 && server.metrics().snapshotsHeld() == 0);
        }
    }

    @Test
    void aSnapshotThatIsLetGoWhileItIsReadClosesBehindTheRead() throws Exception {
        try (WireServer server = WireServer.start(store, OPTIONS.withChunks(new Chunks(500, 10, 64)));
                RawClient client = RawClient.greet(server)) {
            client.send(1, new Request.OpenSnapshot(ID, VersionSelector.LATEST, Consistency.LINEARIZABLE));
            long snapshot = ((Answer.SnapshotOpened) client.hear().answer()).snapshot();
            client.send(2, new Request.ReadPoints(new Request.Source.Held(snapshot), TimeRange.ALL, 1));
            client.hear();
            client.send(3, new Request.CloseSnapshot(snapshot));
            assertThat(client.hear().answer()).isInstanceOf(Answer.Done.class);
            assertThat(store.openSnapshots.get()).isEqualTo(1);
            client.send(2, new Request.Credit(5));
            client.hear();
            assertThat(client.hear().answer()).isEqualTo(new Answer.End());
            assertThat(store.openSnapshots.get()).isZero();
            client.send(4, new Request.ReadPoints(new Request.Source.Held(snapshot), TimeRange.ALL, 1));
            assertFailure(client, 4, ErrorCode.NO_SUCH_SNAPSHOT, false);
        }
    }

    @Test
    void whatTheStoreThrowsBecomesACodeAndASentenceAndNoStackTrace() throws Exception {
        try (WireServer server = WireServer.start(store, OPTIONS);
                RawClient client = RawClient.greet(server)) {
            store.infoFailure = () -> new CorruptBlock("segment 7 is torn");
            client.send(1, new Request.Info(ID, Consistency.LINEARIZABLE));
            assertFailure(client, 1, ErrorCode.CORRUPT, true);
            store.infoFailure = () -> new DiskFailed("no space", true, null);
            client.send(2, new Request.Info(ID, Consistency.LINEARIZABLE));
            assertFailure(client, 2, ErrorCode.DISK_FULL, true);
            store.infoFailure = () -> new IOException("the disk is gone");
            client.send(3, new Request.Info(ID, Consistency.LINEARIZABLE));
            assertFailure(client, 3, ErrorCode.INTERNAL, true);
            store.infoFailure = () -> new BrokenInvariant("secret detail");
            client.send(4, new Request.Info(ID, Consistency.LINEARIZABLE));
            Answer.Failure failure = (Answer.Failure) client.hear().answer();
            assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
            assertThat(failure.sentence()).doesNotContain("secret", "Exception", "\tat ");
            store.infoFailure = null;
            client.send(5, new Request.Info(new StreamId(9, 9), Consistency.LINEARIZABLE));
            assertFailure(client, 5, ErrorCode.NO_SUCH_STREAM, false);
            assertThat(server.metrics().errorsByCode())
                    .containsEntry(ErrorCode.INTERNAL, 2L)
                    .containsEntry(ErrorCode.CORRUPT, 1L);
        }
    }

    @Test
    void aConnectionIsNotReadWhileItsMutationsFillTheBounds() throws Exception {
        store.holdsMutations = true;
        try (WireServer server = WireServer.start(store, fourMutationsAnd(8, 8, 8));
                RawClient client = RawClient.greet(server)) {
            for (long id = 1; id <= 20; id++) {
                client.send(
                        id, new Request.Mutate(new Mutation.Flush(ID), new WriteTag(1, 2, id), Durability.MAJORITY));
            }
            eventually(() -> server.metrics().mutationsInFlight() == 4);
            Thread.sleep(50);
            assertThat(server.metrics().mutationsInFlight()).isEqualTo(4);
            assertThat(server.metrics().frameBytesHeld()).isLessThanOrEqualTo(8 * 4096);
            store.letMutationsGo();
            Set<Long> answered = new HashSet<>();
            while (answered.size() < 20) {
                answered.add(client.hear().requestId());
            }
            eventually(() -> server.metrics().frameBytesHeld() == 0);
        }
    }

    @Test
    void readsAndSnapshotsBeyondTheirBoundsAreRefusedAsOverload() throws Exception {
        try (WireServer server = WireServer.start(store, fourMutationsAnd(8, 2, 1));
                RawClient client = RawClient.greet(server)) {
            client.send(1, new Request.OpenSnapshot(ID, VersionSelector.LATEST, Consistency.LINEARIZABLE));
            client.hear();
            client.send(2, new Request.OpenSnapshot(ID, VersionSelector.LATEST, Consistency.LINEARIZABLE));
            assertFailure(client, 2, ErrorCode.OVERLOADED, false);
            client.send(3, read(0));
            client.send(4, read(0));
            client.send(5, read(0));
            assertFailure(client, 5, ErrorCode.OVERLOADED, false);
            client.send(3, new Request.Cancel());
            assertThat(client.hear().answer()).isEqualTo(new Answer.End());
        }
    }

    @Test
    void oneConnectionTooManyIsToldSo() throws Exception {
        try (WireServer server = WireServer.start(store, fourMutationsAnd(1, 2, 1));
                RawClient first = RawClient.greet(server);
                RawClient second = RawClient.connect(server)) {
            assertFailure(second, 0, ErrorCode.OVERLOADED, true);
            assertThat(second.hear()).isNull();
            first.send(1, new Request.Ping(1));
            assertThat(first.hear().answer()).isEqualTo(new Answer.Pong(1));
        }
    }

    @Test
    void frameMemoryBelowTwoOfTheLargestFramesIsRefusedByName() {
        assertThatThrownBy(() -> new Limits(8, 4, 64 << 20, 2L * FrameFormat.FRAME_BYTES_MAX - 1, 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("frameMemoryBytesMax");
    }

    @Test
    void aSilentConnectionIsClosed() throws Exception {
        long millis = 1_000_000;
        try (WireServer server =
                        WireServer.start(
                                store,
                                OPTIONS.withTimeouts(new Timeouts(100 * millis, 100 * millis, 100 * millis, millis)));
                RawClient noHello = RawClient.connect(server);
                RawClient idle = RawClient.greet(server);
                RawClient halfAFrame = RawClient.greet(server)) {
            byte[] ping = RequestEncoder.encode(1, new Request.Ping(1)).toByteArray();
            halfAFrame.send(Arrays.copyOf(ping, 28));
            assertFailure(noHello, 0, ErrorCode.MALFORMED_FRAME, true);
            assertThat(noHello.hear()).isNull();
            assertThat(idle.hear()).isNull();
            RawClient.Heard last = halfAFrame.hear();
            assertThat(last == null || last.answer() instanceof Answer.Failure).isTrue();
        }
    }

    @Test
    void closingTheServerAnswersWhatIsUnderWay() throws Exception {
        store.holdsMutations = true;
        WireServer server = WireServer.start(store, OPTIONS);
        try (RawClient client = RawClient.greet(server)) {
            client.send(1, new Request.Mutate(new Mutation.Flush(ID), WriteTag.NONE, Durability.MAJORITY));
            eventually(() -> server.metrics().mutationsInFlight() == 1);
            Thread closing = Thread.ofPlatform().start(server::close);
            Thread.sleep(50);
            store.letMutationsGo();
            assertThat(client.hear().answer()).isInstanceOf(Answer.Done.class);
            assertThat(client.hear()).isNull();
            closing.join();
        }
    }

    private static WireServerOptions fourMutationsAnd(int connectionsMax, int readsMax, int snapshotsMax) {
        long frameMemoryBytesMax = Limits.DEFAULT.frameMemoryBytesMax();
        return OPTIONS.withLimits(new Limits(connectionsMax, 4, 64 << 20, frameMemoryBytesMax, readsMax, snapshotsMax));
    }

    private static Request read(long credit) {
        return new Request.ReadPoints(
                new Request.Source.Direct(ID, VersionSelector.LATEST, Consistency.LINEARIZABLE), TimeRange.ALL, credit);
    }

    private static void assertFailure(RawClient client, long requestId, ErrorCode code, boolean inDoubt)
            throws Exception {
        RawClient.Heard heard = client.hear();
        assertThat(heard.requestId()).isEqualTo(requestId);
        assertThat(heard.answer()).isInstanceOf(Answer.Failure.class);
        Answer.Failure failure = (Answer.Failure) heard.answer();
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.inDoubt()).isEqualTo(inDoubt);
        assertThat(failure.sentence()).isNotBlank();
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + 5_000_000_000L;
        while (!condition.getAsBoolean() && System.nanoTime() < until) {
            Thread.sleep(2);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
