package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.api.Consistency;
import io.distil.base.api.Direction;
import io.distil.base.api.StreamFilter;
import io.distil.wire.frame.sbe.AwaitPositionDecoder;
import io.distil.wire.frame.sbe.CancelDecoder;
import io.distil.wire.frame.sbe.CloseSnapshotDecoder;
import io.distil.wire.frame.sbe.CollectionsDecoder;
import io.distil.wire.frame.sbe.CreditDecoder;
import io.distil.wire.frame.sbe.FindDecoder;
import io.distil.wire.frame.sbe.FindNearestDecoder;
import io.distil.wire.frame.sbe.GetRecordDecoder;
import io.distil.wire.frame.sbe.GetStatusDecoder;
import io.distil.wire.frame.sbe.HelloDecoder;
import io.distil.wire.frame.sbe.InfoDecoder;
import io.distil.wire.frame.sbe.ListRecordsDecoder;
import io.distil.wire.frame.sbe.OpenSnapshotDecoder;
import io.distil.wire.frame.sbe.PingDecoder;
import io.distil.wire.frame.sbe.ReadAlignedWindowsDecoder;
import io.distil.wire.frame.sbe.ReadChangesDecoder;
import io.distil.wire.frame.sbe.ReadConsistencyDecoder;
import io.distil.wire.frame.sbe.ReadPointsDecoder;
import io.distil.wire.frame.sbe.ReadWindowsDecoder;
import io.distil.wire.frame.sbe.SubscribeRevertsDecoder;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Turns received frames into requests. Two kinds of wrong are kept apart: bytes that do not have the form of a request
/// ({@link MalformedFrame}, the connection ends), and a well-formed request with a content no store takes, such as a
/// reversed time range ({@link Refused}, this request is answered with the error and the connection goes on).
public final class RequestDecoder {
    /// Most entries of one map or list in a request, so that tiny entries cannot make a frame many times larger in memory.
    public static final int ENTRIES_MAX = 1024;

    private static final int CONSISTENCY_BYTES = ReadConsistencyDecoder.ENCODED_LENGTH;

    private RequestDecoder() {}

    public static Request decode(Frame frame) throws MalformedFrame {
        FrameReader reader = new FrameReader(frame);
        Request request =
                switch (frame.templateId()) {
                    case HelloDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, HelloDecoder.BLOCK_LENGTH);
                        var block = new HelloDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.Hello(
                                block.clientHigh(),
                                block.clientLow(),
                                block.features(),
                                reader.text("client name"),
                                reader.bytes("token"));
                    }
                    case PingDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, PingDecoder.BLOCK_LENGTH);
                        var block = new PingDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.Ping(block.echo());
                    }
                    case CreditDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, CreditDecoder.BLOCK_LENGTH);
                        var block = new CreditDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.Credit(block.chunks());
                    }
                    case CancelDecoder.TEMPLATE_ID -> new Request.Cancel();
                    case InfoDecoder.TEMPLATE_ID -> {
                        boolean isWhole = Blocks.check(frame, InfoDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                        var block = new InfoDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.Info(Blocks.get(block.stream()), consistency(isWhole, block.consistency()));
                    }
                    case GetRecordDecoder.TEMPLATE_ID -> {
                        boolean isWhole = Blocks.check(frame, GetRecordDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                        var block = new GetRecordDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.GetRecord(reader.text("key"), consistency(isWhole, block.consistency()));
                    }
                    case AwaitPositionDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, AwaitPositionDecoder.BLOCK_LENGTH);
                        var block = new AwaitPositionDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.Await(Blocks.get(block.awaited()), Blocks.durability(block.copies()));
                    }
                    case GetStatusDecoder.TEMPLATE_ID -> new Request.GetStatus();
                    case OpenSnapshotDecoder.TEMPLATE_ID -> {
                        boolean isWhole = Blocks.check(frame, OpenSnapshotDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                        var block = new OpenSnapshotDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.OpenSnapshot(
                                Blocks.get(block.stream()),
                                Blocks.selector(block.selector()),
                                consistency(isWhole, block.consistency()));
                    }
                    case CloseSnapshotDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, CloseSnapshotDecoder.BLOCK_LENGTH);
                        var block = new CloseSnapshotDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.CloseSnapshot(block.snapshot());
                    }
                    case FindNearestDecoder.TEMPLATE_ID -> {
                        boolean isWhole = Blocks.check(frame, FindNearestDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                        var block = new FindNearestDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.FindNearest(
                                Blocks.source(block.source(), consistency(isWhole, block.consistency())),
                                block.time(),
                                direction(block.direction()));
                    }
                    case FindDecoder.TEMPLATE_ID,
                            CollectionsDecoder.TEMPLATE_ID,
                            ListRecordsDecoder.TEMPLATE_ID,
                            ReadPointsDecoder.TEMPLATE_ID,
                            ReadAlignedWindowsDecoder.TEMPLATE_ID,
                            ReadWindowsDecoder.TEMPLATE_ID,
                            ReadChangesDecoder.TEMPLATE_ID ->
                            streamed(frame, reader);
                    case SubscribeRevertsDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, SubscribeRevertsDecoder.BLOCK_LENGTH);
                        var block = new SubscribeRevertsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.SubscribeReverts(block.credit());
                    }
                    default -> other(frame, reader);
                };
        reader.end();
        return request;
    }

    private static Request other(Frame frame, FrameReader reader) throws MalformedFrame {
        Request request = TableRequestDecoder.decode(frame, reader);
        if (request == null) {
            request = ClusterFrames.decodeRequest(frame, reader);
        }
        return request == null ? MutationDecoder.decode(frame, reader) : request;
    }

    private static Request streamed(Frame frame, FrameReader reader) throws MalformedFrame {
        return switch (frame.templateId()) {
            case FindDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, FindDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                var block = new FindDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                StreamFilter filter =
                        new StreamFilter(
                                reader.text("collection"),
                                block.collectionIsPrefix() != 0,
                                conditions(reader, "tags"),
                                conditions(reader, "annotations"));
                yield new Request.Find(filter, consistency(isWhole, block.consistency()), block.credit());
            }
            case CollectionsDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, CollectionsDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                var block = new CollectionsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Collections(
                        reader.text("prefix"), consistency(isWhole, block.consistency()), block.credit());
            }
            case ListRecordsDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, ListRecordsDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                var block = new ListRecordsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ListRecords(
                        reader.text("prefix"), consistency(isWhole, block.consistency()), block.credit());
            }
            case ReadPointsDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, ReadPointsDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                var block = new ReadPointsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ReadPoints(
                        Blocks.source(block.source(), consistency(isWhole, block.consistency())),
                        Blocks.get(block.span()),
                        block.credit());
            }
            case ReadAlignedWindowsDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, ReadAlignedWindowsDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                var block = new ReadAlignedWindowsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ReadAlignedWindows(
                        Blocks.source(block.source(), consistency(isWhole, block.consistency())),
                        Blocks.get(block.span()),
                        block.widthLog2(),
                        block.credit());
            }
            case ReadWindowsDecoder.TEMPLATE_ID -> {
                boolean isWhole = Blocks.check(frame, ReadWindowsDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                var block = new ReadWindowsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ReadWindows(
                        Blocks.source(block.source(), consistency(isWhole, block.consistency())),
                        Blocks.get(block.span()),
                        block.widthNanos(),
                        block.depthLog2(),
                        block.credit());
            }
            default -> {
                boolean isWhole = Blocks.check(frame, ReadChangesDecoder.BLOCK_LENGTH, CONSISTENCY_BYTES);
                var block = new ReadChangesDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ReadChanges(
                        Blocks.source(block.source(), consistency(isWhole, block.consistency())),
                        Blocks.get(block.since()),
                        block.resolutionLog2(),
                        block.credit());
            }
        };
    }

    private static Map<String, Optional<String>> conditions(FrameReader reader, String field) throws MalformedFrame {
        int count = reader.count(field, 3 * Integer.BYTES, ENTRIES_MAX);
        Map<String, Optional<String>> conditions = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            String key = reader.text(field);
            boolean hasValue = reader.number32(field) != 0;
            String value = reader.text(field);
            if (conditions.put(key, hasValue ? Optional.of(value) : Optional.empty()) != null) {
                throw new MalformedFrame(field + " has the key '" + key + "' twice");
            }
        }
        return conditions;
    }

    /// What a reader asks for; a client that could not say it yet gets what it always got.
    private static Consistency consistency(boolean isWhole, ReadConsistencyDecoder consistency) {
        return isWhole ? Blocks.get(consistency) : Consistency.LINEARIZABLE;
    }

    private static Direction direction(int number) {
        return switch (number) {
            case 0 -> Direction.FORWARD;
            case 1 -> Direction.BACKWARD;
            default -> throw new Refused(ErrorCode.INVALID_ARGUMENT, "direction " + number + " is not 0 or 1");
        };
    }
}
