package io.distil.wire.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.ErrorCode;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.ClusterAdmin;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.Consistency;
import io.distil.base.api.Direction;
import io.distil.base.api.Durability;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.LogPosition;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.ModelStore;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.wire.frame.Answer;
import io.distil.wire.frame.FrameFormat;
import io.distil.wire.frame.Request;
import io.distil.wire.frame.RequestEncoder;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32C;

/// Whatever arrives, the answer is an error frame and a closed connection, or an error for the one request; memory stays
/// bounded, nothing is stored, and the next client is served.
final class HostileInputTest {
    private static final StreamId ID = new StreamId(1, 2);
    private static WireServer server;
    private static ModelStore store;
    private static LeakCheck leaks;

    @BeforeAll
    static void start() throws Exception {
        try (WireServer warmUp =
                WireServer.start(new ModelStore(), WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0))) {
            RawClient.greet(warmUp).close();
        }
        leaks = new LeakCheck();
        store = new ModelStore();
        store.submit(new Mutation.Create(new StreamDescriptor(ID, "c", Map.of("name", "n"), Map.of(), 1))).join();
        store.submit(new Mutation.CreateTable("t")).join();
        store.submit(new Mutation.WriteTable("t", List.of(KeyWrite.set(new byte[] {1, 2}, new byte[9])))).join();
        server = WireServer.start(store, WireServerOptions.DEFAULT.withAddress("127.0.0.1", 0));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        leaks.assertNothingLeft();
    }

    @AfterEach
    void theNextClientIsServedAndNothingIsHeld() throws Exception {
        try (RawClient client = RawClient.greet(server)) {
            client.send(1, new Request.Ping(5));
            assertThat(client.hear().answer()).isEqualTo(new Answer.Pong(5));
        }
        long until = System.nanoTime() + 5_000_000_000L;
        while (server.metrics().frameBytesHeld() > 0 && System.nanoTime() < until) {
            Thread.sleep(1);
        }
        assertThat(server.metrics().frameBytesHeld()).isZero();
        assertThat(store.info(ID).version()).as("of a stream nobody may change").isEqualTo(Version.ZERO);
        assertThat(store.collections("")).containsExactly("c");
    }

    @Test
    void aWrongMagicIsAnsweredInASentence() throws Exception {
        try (RawClient client = RawClient.connect(server)) {
            client.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEnds(client, ErrorCode.UNSUPPORTED_PROTOCOL, "DSTL");
        }
    }

    @Test
    void aVersionNobodySpeaksIsAnsweredWithTheOneWeDo() throws Exception {
        try (RawClient client = RawClient.connect(server)) {
            client.send(RequestEncoder.preamble(2, 9));
            assertEnds(client, ErrorCode.UNSUPPORTED_PROTOCOL, "2..9, this server 1");
        }
    }

    @Test
    void aClientThatSpeaksOlderAndNewerVersionsIsWelcome() throws Exception {
        try (RawClient client = RawClient.connect(server)) {
            client.send(RequestEncoder.preamble(0, 9));
            client.send(0, new Request.Hello(1, 2, -1, "", new byte[0]));
            assertThat(client.hear().answer()).isInstanceOf(Answer.Welcome.class);
        }
    }

    @Test
    void aRequestBeforeTheHelloEndsTheConnection() throws Exception {
        try (RawClient client = RawClient.connect(server)) {
            client.send(RequestEncoder.preamble(1, 1));
            client.send(1, new Request.Ping(5));
            assertEnds(client, ErrorCode.MALFORMED_FRAME, "hello");
        }
    }

    @Test
    void lengthsThatAreHugeNegativeTooSmallOrCrookedAreRefusedBeforeAnythingIsAllocated() throws Exception {
        for (int length :
                new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 23, 25, FrameFormat.FRAME_BYTES_MAX + 8}) {
            try (RawClient client = RawClient.greet(server)) {
                byte[] frame = ping();
                ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(0, length);
                client.send(frame);
                assertEnds(client, ErrorCode.MALFORMED_FRAME, "bytes");
            }
        }
    }

    @Test
    void everyBitFlipInAFrameIsFound() throws Exception {
        byte[] good = insertFrame();
        for (int bit = 0; bit < good.length * 8; bit += 7) {
            byte[] frame = good.clone();
            frame[bit / 8] ^= (byte) (1 << bit % 8);
            try (RawClient client = RawClient.greet(server)) {
                client.send(frame);
                client.endOutput();
                RawClient.Heard heard = client.hear();
                if (bit / 8 >= 4) {
                    assertThat(heard.answer()).isInstanceOf(Answer.Failure.class);
                    assertThat(((Answer.Failure) heard.answer()).code()).isEqualTo(ErrorCode.MALFORMED_FRAME);
                } else {
                    // A wrong length makes it a frame that is broken, or one that never ends.
                    assertThat(heard == null || heard.answer() instanceof Answer.Failure).isTrue();
                }
            }
        }
    }

    @Test
    void aFrameCutAtEveryByteIsDroppedWhole() throws Exception {
        byte[] good = insertFrame();
        for (int length = 0; length < good.length; length += 3) {
            try (RawClient client = RawClient.greet(server)) {
                client.send(Arrays.copyOf(good, length));
            }
        }
    }

    @Test
    void countsThatDoNotAgreeWithTheBytesBehindThemEndTheConnection() throws Exception {
        for (int count : new int[] {-1, 1, 3, 4, 1 << 20, Integer.MAX_VALUE}) {
            byte[] frame = insertFrame();
            ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(24 + 40, count);
            try (RawClient client = RawClient.greet(server)) {
                client.send(sealed(frame));
                assertEnds(client, ErrorCode.MALFORMED_FRAME, "");
            }
        }
    }

    @Test
    void everyNumberInEveryRequestMayBeNonsense() throws Exception {
        for (Request request : requests()) {
            byte[] good = RequestEncoder.encode(1, request).toByteArray();
            for (int at = 8; at + 4 <= good.length; at += 4) {
                for (int nonsense : new int[] {-1, Integer.MAX_VALUE, 0x01010101}) {
                    byte[] frame = good.clone();
                    ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(at, nonsense);
                    survives(sealed(frame));
                }
            }
        }
    }

    @Test
    void randomFramesWithAValidChecksumDoNoHarm() throws Exception {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("HostileInputTest random frames: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        List<Request> requests = requests();
        for (int i = 0; i < 500; i++) {
            byte[] frame = RequestEncoder.encode(1, requests.get(random.nextInt(requests.size()))).toByteArray();
            for (int change = random.nextInt(6); change >= 0; change--) {
                frame[8 + random.nextInt(frame.length - 8)] = (byte) random.nextInt(256);
            }
            survives(sealed(frame));
        }
    }

    @Test
    void randomBytesDoNoHarm() throws Exception {
        long seed = Long.getLong("distil.seed", System.nanoTime());
        System.out.println("HostileInputTest random bytes: -Ddistil.seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100; i++) {
            byte[] bytes = new byte[random.nextInt(1 << 12)];
            random.nextBytes(bytes);
            try (RawClient client = random.nextBoolean() ? RawClient.greet(server) : RawClient.connect(server)) {
                client.send(bytes);
                client.endOutput();
                while (client.hear() != null) {}
            }
        }
    }

    @Test
    void anOperationOfALaterVersionIsRefusedAndTheConnectionGoesOn() throws Exception {
        byte[] frame = ping();
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putShort(10, (short) 77);
        try (RawClient client = RawClient.greet(server)) {
            client.send(sealed(frame));
            Answer.Failure failure = (Answer.Failure) client.hear().answer();
            assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_OPERATION);
            client.send(1, new Request.Ping(5));
            assertThat(client.hear().answer()).isEqualTo(new Answer.Pong(5));
        }
    }

    @Test
    void aReversedRangeIsRefusedAndTheConnectionGoesOn() throws Exception {
        byte[] frame =
                RequestEncoder.encode(
                                3,
                                new Request.Mutate(
                                        new Mutation.Delete(ID, new TimeRange(1, 2)),
                                        WriteTag.NONE,
                                        Durability.MAJORITY))
                        .toByteArray();
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putLong(24 + 40, 5);
        try (RawClient client = RawClient.greet(server)) {
            client.send(sealed(frame));
            RawClient.Heard heard = client.hear();
            assertThat(heard.requestId()).isEqualTo(3);
            assertThat(((Answer.Failure) heard.answer()).code()).isEqualTo(ErrorCode.INVALID_TIME_RANGE);
            client.send(1, new Request.Ping(5));
            assertThat(client.hear().answer()).isEqualTo(new Answer.Pong(5));
        }
    }

    /// Sends a frame on a new connection, and takes whatever comes until the connection ends; nothing may hang.
    private static void survives(byte[] frame) throws Exception {
        try (RawClient client = RawClient.greet(server)) {
            client.send(frame);
            client.endOutput();
            while (client.hear() != null) {}
        }
    }

    private static void assertEnds(RawClient client, ErrorCode code, String part) throws Exception {
        RawClient.Heard heard = client.hear();
        assertThat(heard).isNotNull();
        assertThat(heard.requestId()).isZero();
        Answer.Failure failure = (Answer.Failure) heard.answer();
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.sentence()).contains(part);
        assertThat(client.hear()).isNull();
    }

    /// Requests of every form; of those that are understood, none changes a stream.
    private static List<Request> requests() {
        StreamId nobody = new StreamId(0x0102030405060708L, 9);
        Consistency consistency = new Consistency.BoundedStale(1000);
        Request.Source source = new Request.Source.Direct(ID, VersionSelector.LATEST, consistency);
        Request.TableSource table = new Request.TableSource.Direct("t", VersionSelector.LATEST, consistency);
        KeyRange range = new KeyRange(new byte[] {1}, new byte[] {2, 3});
        byte[] key = {1, 2, 3};
        List<Request> all = new ArrayList<>();
        all.addAll(
                List.of(
                        new Request.Ping(1),
                        new Request.Credit(1),
                        new Request.Cancel(),
                        new Request.Info(ID, consistency),
                        new Request.GetRecord("a", consistency),
                        new Request.GetStatus(),
                        new Request.OpenSnapshot(ID, VersionSelector.LATEST, consistency),
                        new Request.CloseSnapshot(1),
                        new Request.FindNearest(source, 5, Direction.FORWARD),
                        new Request.Find(
                                new StreamFilter("c", true, Map.of("name", Optional.of("x")), Map.of()),
                                consistency,
                                1),
                        new Request.Collections("c", consistency, 1),
                        new Request.ListRecords("c", consistency, 1),
                        new Request.ReadPoints(source, TimeRange.ALL, 1),
                        new Request.ReadAlignedWindows(source, TimeRange.ALL, 10, 1),
                        // Of nobody: the model makes its windows all at once, and nonsense asks for many.
                        new Request.ReadWindows(
                                new Request.Source.Direct(nobody, VersionSelector.LATEST, consistency),
                                new TimeRange(0, 10),
                                5,
                                0,
                                1),
                        new Request.ReadChanges(source, Version.ZERO, 10, 1),
                        mutation(new Mutation.Delete(nobody, new TimeRange(0, 9))),
                        mutation(new Mutation.Flush(nobody)),
                        mutation(new Mutation.Obliterate(nobody)),
                        mutation(new Mutation.Annotate(nobody, 1, Map.of("a", "b"), Set.of("c"))),
                        mutation(new Mutation.DeleteUncommitted(nobody, new TimeRange(0, 9), Version.ZERO))));
        all.addAll(
                List.of(
                        new Request.Await(new LogPosition(1, 2, 3), Durability.ALL),
                        new Request.SubscribeReverts(1),
                        new Request.ListTables("t", consistency, 1),
                        new Request.OpenTableSnapshot("t", range, VersionSelector.LATEST, consistency),
                        new Request.GetRow(table, key),
                        new Request.ScanRows(table, range, true, 10, 1),
                        new Request.CountRows(table, KeyRange.ALL),
                        new Request.ReadTableChanges(table, Version.ZERO, range, 1),
                        new Request.WatchTable("t", range, Version.ZERO, 1),
                        mutation(new Mutation.CreateTable("t")),
                        mutation(new Mutation.DropTable("t")),
                        mutation(new Mutation.FlushTable("t")),
                        mutation(
                                new Mutation.WriteTable(
                                        "t",
                                        List.of(
                                                KeyWrite.insert(key, new byte[9]),
                                                KeyWrite.delete(key),
                                                new KeyWrite(
                                                        key,
                                                        new KeyWrite.Condition.WrittenAt(new Version(1, 2)),
                                                        Optional.of(key)),
                                                new KeyWrite(
                                                        key, new KeyWrite.Condition.ValueIs(key), Optional.empty())))),
                        new Request.PlaceTablets(1, key, WriteTag.NONE),
                        new Request.AskGroup(1, key),
                        new Request.GetClusterMap(),
                        new Request.RunOperation(
                                new ClusterAdmin.Operation.Join(
                                        new ClusterMap.Node("n", "p", "l", "r", "h"), List.of(1, 2)),
                                1),
                        new Request.RunOperation(new ClusterAdmin.Operation.Split(1, key), 1)));
        return all;
    }

    private static Request mutation(Mutation mutation) {
        return new Request.Mutate(mutation, WriteTag.NONE, Durability.LEADER);
    }

    private static byte[] ping() {
        return RequestEncoder.encode(1, new Request.Ping(1)).toByteArray();
    }

    /// Inserts two points into a stream that exists; every test spoils it.
    private static byte[] insertFrame() {
        try (PointBatch batch = new PointBatch(2)) {
            batch.append(1, 1).append(2, 2);
            Mutation insert = new Mutation.Insert(ID, batch.columns(), MergePolicy.NEVER);
            return RequestEncoder.encode(1, new Request.Mutate(insert, WriteTag.NONE, Durability.MAJORITY))
                    .toByteArray();
        }
    }

    private static byte[] sealed(byte[] frame) {
        CRC32C crc = new CRC32C();
        crc.update(frame, 8, frame.length - 8);
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(4, (int) crc.getValue());
        return frame;
    }
}
