package io.distil.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.distil.base.ErrorCode;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.Outcome;
import io.distil.base.api.Point;
import io.distil.base.api.PointBatch;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WriteTag;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The bytes of every frame, as they were when clients were written from the document. A change here is a change of the
/// protocol. `-Ddistil.rewriteGolden=true` writes the file anew, for review.
final class GoldenFramesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/io/distil/wire/frame/golden-frames.txt");
    private static final Path DOCUMENT = Path.of("../docs/formats/wire.md");
    private static final StreamId ID = new StreamId(0x0011223344556677L, 0x8899aabbccddeeffL);
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
        Request.Source direct = new Request.Source.Direct(ID, VersionSelector.LATEST);
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
        all.put("Create", request(7, new Request.Mutate(new Mutation.Create(descriptor), TAG)));
        all.put("Annotate", mutation(new Mutation.Annotate(ID, 2, Map.of("a", "b"), Set.of("c", "d"))));
        all.put("Obliterate", mutation(new Mutation.Obliterate(ID)));
        all.put("Info", request(1, new Request.Info(ID)));
        Map<String, Optional<String>> tags = new TreeMap<>(Map.of("name", Optional.of("x"), "unit", Optional.empty()));
        all.put("Find", request(1, new Request.Find(new StreamFilter("plant/", true, tags, Map.of()), 8)));
        all.put("Collections", request(1, new Request.Collections("plant/", 8)));
        all.put("GetRecord", request(1, new Request.GetRecord("distillate/a")));
        all.put("ListRecords", request(1, new Request.ListRecords("distillate/", 8)));
        all.put("GetStatus", request(1, new Request.GetStatus()));
        all.put("OpenSnapshot", request(1, new Request.OpenSnapshot(ID, VersionSelector.at(new Version(3, 2)))));
        all.put("CloseSnapshot", request(1, new Request.CloseSnapshot(5)));
        all.put("ReadPoints", request(9, new Request.ReadPoints(direct, range, 8)));
        all.put("ReadAlignedWindows", request(1, new Request.ReadAlignedWindows(held, range, 38, 8)));
        all.put("ReadWindows", request(1, new Request.ReadWindows(held, range, 100, 3, 8)));
        all.put("FindNearest", request(1, new Request.FindNearest(direct, 500, Direction.BACKWARD)));
        all.put("ReadChanges", request(1, new Request.ReadChanges(held, new Version(3, 2), 10, 8)));
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
                                    new WriteTag(TAG.clientHigh(), TAG.clientLow(), 2))));
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

    private static byte[] mutation(Mutation mutation) {
        return request(1, new Request.Mutate(mutation, TAG));
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
