package io.distil.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.Reverts;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WriteTag;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// The bytes of every frame, as they were when clients were written from the document. A change here is a change of the
/// protocol. `-Ddistil.rewriteGolden=true` writes the file anew, for review.
final class GoldenFramesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/distil/wire/frame/golden-frames.txt");
    private static final Path GOLDEN_1 = Path.of("src/test/resources/io/distil/wire/frame/golden-frames-1.txt");
    private static final Path DOCUMENT = Path.of("../docs/formats/wire.md");
    private static final StreamId ID = new StreamId(0x0011223344556677L, 0x8899aabbccddeeffL);
    private static final Consistency STALE = new Consistency.BoundedStale(1500);
    private static final ClusterMap.Node NODE =
            new ClusterMap.Node("n1", "n1-00112233", "h1:7700", "h1:7710", "h1:7780");
    private static final WriteTag TAG = new WriteTag(0xa1a2a3a4a5a6a7a8L, 0xb1b2b3b4b5b6b7b8L, 1);

    @Test
    void everyFrameHasTheBytesItAlwaysHad() throws Exception {
        String found = hexOf(frames());
        if (Boolean.getBoolean("distil.rewriteGolden")) {
            Files.writeString(GOLDEN, found);
        }
        assertThat(found).isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void theSessionInTheDocumentHasTheRealBytes() throws Exception {
        String session = hexOf(session());
        if (Boolean.getBoolean("distil.rewriteGolden")) {
            String text = Files.readString(DOCUMENT);
            int from = text.indexOf("```hexdump\n") + "```hexdump\n".length();
            Files.writeString(DOCUMENT, text.substring(0, from) + session + text.substring(text.indexOf("```", from)));
        }
        assertThat(Files.readString(DOCUMENT)).contains("```hexdump\n" + session + "```");
    }

    @Test
    void everyFrameReadsBackAsWhatWasWritten() throws Exception {
        try (FramePool pool = new FramePool(0)) {
            for (var entry : frames().entrySet()) {
                byte[] bytes = entry.getValue();
                Frame frame = read(pool, bytes);
                byte[] again =
                        frame.templateId() < 100
                                ? RequestEncoder.encode(frame.requestId(), RequestDecoder.decode(frame)).toByteArray()
                                : AnswerEncoder.encode(frame.requestId(), AnswerDecoder.decode(frame)).toByteArray();
                frame.release();
                assertThat(again).as(entry.getKey()).isEqualTo(bytes);
            }
            assertThat(pool.heldBytes()).isZero();
        }
    }

    /// What clients of the first schema send, and servers of it answered: blocks end before what was appended since.
    @Test
    void framesOfTheFirstSchemaAreStillUnderstood() throws Exception {
        Map<String, byte[]> old = read(GOLDEN_1);
        assertThat(old.size()).isEqualTo(40);
        try (FramePool pool = new FramePool(0)) {
            for (var entry : old.entrySet()) {
                Frame frame = read(pool, entry.getValue());
                if (frame.templateId() < 100) {
                    assertThat(asFirst(RequestDecoder.decode(frame))).as(entry.getKey()).isTrue();
                } else {
                    assertThat(AnswerDecoder.decode(frame)).as(entry.getKey()).isNotNull();
                }
                frame.release();
            }
        }
    }

    /// Whether a request has what clients got before they could choose.
    private static boolean asFirst(Request request) {
        return switch (request) {
            case Request.Mutate r -> r.durability().equals(Durability.MAJORITY);
            case Request.Info r -> r.consistency().equals(Consistency.LINEARIZABLE);
            case Request.Find r -> r.consistency().equals(Consistency.LINEARIZABLE);
            case Request.GetRecord r -> r.consistency().equals(Consistency.LINEARIZABLE);
            case Request.ReadPoints r ->
                    r.source().equals(new Request.Source.Direct(ID, VersionSelector.LATEST, Consistency.LINEARIZABLE));
            default -> true;
        };
    }

    @Test
    void aBlockCutToItsFirstLengthByALaterWriterIsRefused() throws Exception {
        byte[] bytes = read(GOLDEN_1).get("Info").clone();
        bytes[14] = 2;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 8, bytes.length - 8);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(4, (int) crc.getValue());
        try (FramePool pool = new FramePool(0)) {
            Frame frame = read(pool, bytes);
            assertThatThrownBy(() -> RequestDecoder.decode(frame))
                    .isInstanceOf(MalformedFrame.class)
                    .hasMessageContaining("16 bytes, wanted 24");
            frame.release();
        }
    }

    /// The frames of a golden file by their names.
    private static Map<String, byte[]> read(Path golden) throws Exception {
        Map<String, byte[]> frames = new LinkedHashMap<>();
        String name = null;
        for (String line : Files.readAllLines(golden)) {
            if (line.startsWith("  ")) {
                byte[] more = HexFormat.of().parseHex(line.substring(6).replace(" ", ""));
                frames.merge(
                        name,
                        more,
                        (left, right) -> {
                            byte[] both = Arrays.copyOf(left, left.length + right.length);
                            System.arraycopy(right, 0, both, left.length, right.length);
                            return both;
                        });
            } else {
                name = line;
            }
        }
        return frames;
    }

    @Test
    void columnsLieOnWholeWords() throws Exception {
        try (FramePool pool = new FramePool(0)) {
            Frame frame = read(pool, frames().get("Insert"));
            Mutation.Insert insert = (Mutation.Insert) ((Request.Mutate) RequestDecoder.decode(frame)).mutation();
            assertThat(insert.points().times().address() % 8).isZero();
            assertThat(insert.points().values().address() % 8).isZero();
            assertThat(insert.points().time(1)).isEqualTo(2);
            assertThat(insert.points().value(1)).isEqualTo(-0.5);
            frame.release();
        }
    }

    private static Frame read(FramePool pool, byte[] bytes) throws MalformedFrame {
        FrameAssembler assembler = new FrameAssembler(pool);
        MemorySegment memory = MemorySegment.ofArray(bytes);
        int taken = 0;
        while (true) {
            if (assembler.isHeaderWhole()) {
                assembler.beginFrame();
            }
            Frame frame = assembler.poll();
            if (frame != null) {
                assertThat(taken).isEqualTo(bytes.length);
                return frame;
            }
            // A few bytes at a time, as an unkind network would.
            taken += assembler.take(memory, taken, Math.min(5, bytes.length - taken));
        }
    }

    /// What the document shows: hello, create, insert, read.
    private static Map<String, byte[]> session() {
        Map<String, byte[]> all = frames();
        Map<String, byte[]> session = new LinkedHashMap<>();
        session.put("client: preamble", RequestEncoder.preamble(1, 1));
        session.put("client: Hello", all.get("Hello"));
        session.put("server: Welcome", all.get("Welcome"));
        session.put("client: Create", all.get("Create"));
        session.put("server: Done", all.get("Done"));
        session.put("client: Insert", all.get("Insert"));
        session.put("server: Done (to the insert)", answer(8, new Answer.Done(new Outcome(new Version(0, 1), 1))));
        session.put("client: ReadPoints", all.get("ReadPoints"));
        session.put("server: Points", all.get("Points"));
        session.put("server: End", all.get("End"));
        return session;
    }

    private static Map<String, byte[]> frames() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        Request.Source direct = new Request.Source.Direct(ID, VersionSelector.LATEST, Consistency.LINEARIZABLE);
        Request.Source held = new Request.Source.Held(5);
        TimeRange range = new TimeRange(0, 1000);
        StreamDescriptor descriptor =
                new StreamDescriptor(ID, "plant/line1", Map.of("name", "temperature"), Map.of("site", "nörd"), 1);
        all.put(
                "Hello",
                RequestEncoder.encode(
                                0,
                                new Request.Hello(TAG.clientHigh(), TAG.clientLow(), 0, "example", new byte[] {1, 2}))
                        .toByteArray());
        all.put("Ping", request(1, new Request.Ping(77)));
        all.put("Credit", request(9, new Request.Credit(4)));
        all.put("Cancel", request(9, new Request.Cancel()));
        all.put("Delete", mutation(new Mutation.Delete(ID, range)));
        all.put("DeleteUncommitted", mutation(new Mutation.DeleteUncommitted(ID, range, new Version(3, 2))));
        all.put("Flush", mutation(new Mutation.Flush(ID)));
        all.put("Create", request(7, new Request.Mutate(new Mutation.Create(descriptor), TAG, Durability.MAJORITY)));
        all.put("Annotate", mutation(new Mutation.Annotate(ID, 2, Map.of("a", "b"), Set.of("c", "d"))));
        all.put("Obliterate", mutation(new Mutation.Obliterate(ID)));
        all.put("Info", request(1, new Request.Info(ID, Consistency.LEADER)));
        Map<String, Optional<String>> tags = new TreeMap<>(Map.of("name", Optional.of("x"), "unit", Optional.empty()));
        all.put("Find", request(1, new Request.Find(new StreamFilter("plant/", true, tags, Map.of()), STALE, 8)));
        all.put("Collections", request(1, new Request.Collections("plant/", Consistency.LINEARIZABLE, 8)));
        all.put("GetRecord", request(1, new Request.GetRecord("distillate/a", Consistency.LEADER)));
        all.put("ListRecords", request(1, new Request.ListRecords("distillate/", Consistency.LEADER, 8)));
        all.put("GetStatus", request(1, new Request.GetStatus()));
        all.put("OpenSnapshot", request(1, new Request.OpenSnapshot(ID, VersionSelector.at(new Version(3, 2)), STALE)));
        all.put("CloseSnapshot", request(1, new Request.CloseSnapshot(5)));
        all.put("ReadPoints", request(9, new Request.ReadPoints(direct, range, 8)));
        all.put("ReadAlignedWindows", request(1, new Request.ReadAlignedWindows(held, range, 38, 8)));
        all.put("ReadWindows", request(1, new Request.ReadWindows(held, range, 100, 3, 8)));
        all.put("FindNearest", request(1, new Request.FindNearest(direct, 500, Direction.BACKWARD)));
        all.put("ReadChanges", request(1, new Request.ReadChanges(held, new Version(3, 2), 10, 8)));
        all.putAll(requestsOfTables());
        all.putAll(requestsOfTheCluster());
        Answer.Limits limits =
                new Answer.Limits(
                        FrameFormat.FRAME_BYTES_MAX, 1 << 20, 1024, 64 << 20, 256, 256, 16384, 8192, 64, 60_000);
        all.put("Welcome", answer(0, new Answer.Welcome(1, 0, limits, "distil 0.1.0")));
        all.put("Failure", answer(1, new Answer.Failure(ErrorCode.NO_SUCH_STREAM, false, "there is no stream x")));
        all.put("Pong", answer(1, new Answer.Pong(77)));
        all.put("End", answer(9, new Answer.End()));
        all.put("Done", answer(7, new Answer.Done(new Outcome(Version.ZERO, 1))));
        all.put("Streams", answer(1, new Answer.Streams(List.of(new StreamInfo(descriptor, new Version(3, 2))))));
        all.put("Texts", answer(1, new Answer.Texts(List.of("plant/line1", "plant/line2"))));
        all.put("Records", answer(1, new Answer.Records(List.of(new StoredRecord("k", 4, new byte[] {1, 2, 3})))));
        all.put("Status", answer(1, new Answer.Status(Map.of("disk.path", "io_uring"))));
        all.put("SnapshotOpened", answer(1, new Answer.SnapshotOpened(5, new Version(3, 2))));
        all.put("Nearest", answer(1, new Answer.Nearest(Optional.of(new Point(499, 1.25)))));
        all.put("Nearest (none)", answer(1, new Answer.Nearest(Optional.empty())));
        all.put("Ranges", answer(1, new Answer.Ranges(List.of(new TimeRange(0, 8), new TimeRange(16, 24)))));
        all.putAll(answersOfTablesAndTheCluster());
        try (PointBatch points = new PointBatch(2);
                PointBatch none = new PointBatch(1);
                WindowBatch windows = new WindowBatch(2)) {
            points.append(1, 20.25).append(2, -0.5);
            windows.append(0, 2, 1, 2, 3, 1);
            windows.append(8, 1, 4, 4, 4, 0);
            all.put(
                    "Insert",
                    request(
                            8,
                            new Request.Mutate(
                                    new Mutation.Insert(ID, points.columns(), MergePolicy.REPLACE),
                                    new WriteTag(TAG.clientHigh(), TAG.clientLow(), 2),
                                    Durability.MAJORITY)));
            all.put(
                    "Atomic",
                    mutation(
                            new Mutation.Atomic(
                                    List.of(
                                            new Mutation.Replace(ID, range, points.columns()),
                                            new Mutation.Replace(ID, range, none.columns())),
                                    List.of(
                                            new Mutation.PutRecord("k", 4, Optional.of(new byte[] {1, 2, 3})),
                                            new Mutation.PutRecord("gone", 1, Optional.empty())))));
            all.put("Points", answer(9, new Answer.Points(points.columns())));
            all.put("Windows", answer(1, Answer.Windows.of(windows)));
        }
        return all;
    }

    private static Map<String, byte[]> requestsOfTables() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        Request.TableSource direct =
                new Request.TableSource.Direct("plants", VersionSelector.LATEST, Consistency.LEADER);
        Request.TableSource held = new Request.TableSource.Held(5);
        KeyRange range = new KeyRange(bytes("a"), bytes("b"));
        all.put("CreateTable", mutation(new Mutation.CreateTable("plants")));
        all.put("DropTable", mutation(new Mutation.DropTable("plants")));
        all.put("FlushTable", mutation(new Mutation.FlushTable("plants")));
        all.put(
                "WriteTable",
                mutation(
                        new Mutation.WriteTable(
                                "plants",
                                List.of(
                                        KeyWrite.set(bytes("always"), bytes("1")),
                                        KeyWrite.insert(bytes("absent"), bytes("2")),
                                        new KeyWrite(bytes("present"), KeyWrite.PRESENT, Optional.empty()),
                                        new KeyWrite(
                                                bytes("at"),
                                                new KeyWrite.Condition.WrittenAt(new Version(3, 2)),
                                                Optional.of(bytes("3"))),
                                        new KeyWrite(
                                                bytes("is"),
                                                new KeyWrite.Condition.ValueIs(bytes("3")),
                                                Optional.of(bytes("4")))))));
        all.put("ListTables", request(1, new Request.ListTables("pl", STALE, 8)));
        all.put(
                "OpenTableSnapshot",
                request(1, new Request.OpenTableSnapshot("plants", KeyRange.ALL, VersionSelector.LATEST, STALE)));
        all.put("GetRow", request(1, new Request.GetRow(direct, bytes("k"))));
        all.put("ScanRows", request(1, new Request.ScanRows(held, range, true, 100, 8)));
        all.put("CountRows", request(1, new Request.CountRows(direct, KeyRange.ALL)));
        all.put("ReadTableChanges", request(1, new Request.ReadTableChanges(held, new Version(3, 0), range, 8)));
        all.put("WatchTable", request(1, new Request.WatchTable("plants", range, new Version(3, 2), 8)));
        return all;
    }

    private static Map<String, byte[]> requestsOfTheCluster() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("AwaitPosition", request(1, new Request.Await(new LogPosition(2, 3, 4096), Durability.ALL)));
        all.put("SubscribeReverts", request(1, new Request.SubscribeReverts(8)));
        all.put("PlaceTablets", request(1, new Request.PlaceTablets(2, bytes("command"), TAG)));
        all.put("AskGroup", request(1, new Request.AskGroup(2, bytes("question"))));
        all.put("GetClusterMap", request(1, new Request.GetClusterMap()));
        Map<String, ClusterAdmin.Operation> operations = new LinkedHashMap<>();
        operations.put("join", new ClusterAdmin.Operation.Join(NODE, List.of(1, 2)));
        operations.put("leave", new ClusterAdmin.Operation.Leave("n1"));
        operations.put("replace", new ClusterAdmin.Operation.Replace("n1", "n4"));
        operations.put("transfer leader", new ClusterAdmin.Operation.TransferLeader(2, "n1"));
        operations.put("create group", new ClusterAdmin.Operation.CreateGroup(List.of("n1", "n2")));
        operations.put("split", new ClusterAdmin.Operation.Split(7, bytes("m")));
        operations.put("merge", new ClusterAdmin.Operation.Merge(7, 8));
        operations.put("move", new ClusterAdmin.Operation.Move(7, 2));
        operations.put("rebalance", new ClusterAdmin.Operation.Rebalance());
        operations.forEach((name, operation) ->
                all.put("RunOperation (" + name + ")", request(1, new Request.RunOperation(operation, 8))));
        return all;
    }

    private static Map<String, byte[]> answersOfTablesAndTheCluster() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        Version version = new Version(3, 2);
        List<TableChange> changes =
                List.of(
                        new TableChange(bytes("k"), version, Optional.of(bytes("v"))),
                        new TableChange(bytes("gone"), version, Optional.empty()));
        all.put("Done (logged)", answer(1, new Answer.Done(new Outcome(version, 0, new LogPosition(2, 3, 4096)))));
        all.put("Tables", answer(1, new Answer.Tables(List.of(new TableInfo("plants", version, 7, 1_000)))));
        all.put("Rows", answer(1, new Answer.Rows(List.of(new TableRow(bytes("k"), bytes("v"), version)))));
        all.put("TableChanges", answer(1, new Answer.TableChanges(changes)));
        all.put("Watched", answer(1, new Answer.Watched(version, true, false, changes)));
        all.put("GroupAnswer", answer(1, new Answer.OfGroup(bytes("answer"))));
        all.put("Count", answer(1, new Answer.Count(7)));
        all.put("Reverted", answer(1, new Answer.Reverted(List.of(new Reverts.Revert(2, 4096, 3)))));
        all.put(
                "Cluster",
                answer(
                        1,
                        new Answer.Cluster(
                                new ClusterMap(
                                        4,
                                        List.of(NODE),
                                        List.of(
                                                new ClusterMap.Group(
                                                        1,
                                                        "n1",
                                                        3,
                                                        List.of(new ClusterMap.Member("n1", "leader", 4096, -1)))),
                                        List.of(
                                                new ClusterMap.Tablet(
                                                        7, ClusterMap.STREAMS, KeyRange.ALL, 1, 2, "serving"))))));
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] mutation(Mutation mutation) {
        return request(1, new Request.Mutate(mutation, TAG, Durability.atLeast(2)));
    }

    private static byte[] request(long requestId, Request request) {
        return RequestEncoder.encode(requestId, request).toByteArray();
    }

    private static byte[] answer(long requestId, Answer answer) {
        return AnswerEncoder.encode(requestId, answer).toByteArray();
    }

    /// A name, then sixteen bytes a line with their offset.
    private static String hexOf(Map<String, byte[]> frames) {
        List<String> lines = new ArrayList<>();
        frames.forEach((name, bytes) -> {
            lines.add(name);
            for (int from = 0; from < bytes.length; from += 16) {
                StringBuilder line = new StringBuilder(String.format("  %04x ", from));
                for (int i = from; i < Math.min(bytes.length, from + 16); i++) {
                    line.append(i % 8 == 0 ? "  " : " ").append(String.format("%02x", bytes[i]));
                }
                lines.add(line.toString());
            }
        });
        return String.join("\n", lines) + "\n";
    }
}
