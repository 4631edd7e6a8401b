package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointColumns;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.wire.frame.sbe.*;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Turns received frames into requests. Two kinds of wrong are kept apart: bytes that do not have the form of a request
/// ({@link MalformedFrame}, the connection ends), and a well-formed request with a content no store takes, such as a
/// reversed time range ({@link Refused}, this request is answered with the error and the connection goes on).
public final class RequestDecoder {
    /// Most entries of one map or list in a request, so that tiny entries cannot make a frame many times larger in memory.
    public static final int ENTRIES_MAX = 1024;

    /// Most parts of one atomic mutation, for the same reason.
    public static final int ATOMIC_PARTS_MAX = 4096;

    private RequestDecoder() {}

    public static Request decode(Frame frame) throws MalformedFrame {
        FrameReader reader = new FrameReader(frame);
        Request request =
                switch (frame.templateId()) {
                    case HelloDecoder.TEMPLATE_ID -> {
                        checkBlock(frame, HelloDecoder.BLOCK_LENGTH);
                        var block = new HelloDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.Hello(
                                block.clientHigh(),
                                block.clientLow(),
                                block.features(),
                                reader.text("client name"),
                                reader.bytes("token"));
                    }
                    case PingDecoder.TEMPLATE_ID -> {
                        checkBlock(frame, PingDecoder.BLOCK_LENGTH);
                        var block = new PingDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.Ping(block.echo());
                    }
                    case CreditDecoder.TEMPLATE_ID -> {
                        checkBlock(frame, CreditDecoder.BLOCK_LENGTH);
                        var block = new CreditDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.Credit(block.chunks());
                    }
                    case CancelDecoder.TEMPLATE_ID -> new Request.Cancel();
                    case InfoDecoder.TEMPLATE_ID -> {
                        checkBlock(frame, InfoDecoder.BLOCK_LENGTH);
                        var block = new InfoDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.Info(get(block.stream()));
                    }
                    case GetRecordDecoder.TEMPLATE_ID -> new Request.GetRecord(reader.text("key"));
                    case GetStatusDecoder.TEMPLATE_ID -> new Request.GetStatus();
                    case OpenSnapshotDecoder.TEMPLATE_ID -> {
                        checkBlock(frame, OpenSnapshotDecoder.BLOCK_LENGTH);
                        var block = new OpenSnapshotDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        var selector = block.selector();
                        yield new Request.OpenSnapshot(
                                get(block.stream()), selector(selector.major(), selector.minor()));
                    }
                    case CloseSnapshotDecoder.TEMPLATE_ID -> {
                        checkBlock(frame, CloseSnapshotDecoder.BLOCK_LENGTH);
                        var block = new CloseSnapshotDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.CloseSnapshot(block.snapshot());
                    }
                    case FindNearestDecoder.TEMPLATE_ID -> {
                        checkBlock(frame, FindNearestDecoder.BLOCK_LENGTH);
                        var block = new FindNearestDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Request.FindNearest(get(block.source()), block.time(), direction(block.direction()));
                    }
                    case FindDecoder.TEMPLATE_ID,
                            CollectionsDecoder.TEMPLATE_ID,
                            ListRecordsDecoder.TEMPLATE_ID,
                            ReadPointsDecoder.TEMPLATE_ID,
                            ReadAlignedWindowsDecoder.TEMPLATE_ID,
                            ReadWindowsDecoder.TEMPLATE_ID,
                            ReadChangesDecoder.TEMPLATE_ID ->
                            streamed(frame, reader);
                    default -> mutation(frame, reader);
                };
        reader.end();
        return request;
    }

    private static Request streamed(Frame frame, FrameReader reader) throws MalformedFrame {
        return switch (frame.templateId()) {
            case FindDecoder.TEMPLATE_ID -> {
                checkBlock(frame, FindDecoder.BLOCK_LENGTH);
                var block = new FindDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                StreamFilter filter =
                        new StreamFilter(
                                reader.text("collection"),
                                block.collectionIsPrefix() != 0,
                                conditions(reader, "tags"),
                                conditions(reader, "annotations"));
                yield new Request.Find(filter, block.credit());
            }
            case CollectionsDecoder.TEMPLATE_ID -> {
                checkBlock(frame, CollectionsDecoder.BLOCK_LENGTH);
                var block = new CollectionsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Collections(reader.text("prefix"), block.credit());
            }
            case ListRecordsDecoder.TEMPLATE_ID -> {
                checkBlock(frame, ListRecordsDecoder.BLOCK_LENGTH);
                var block = new ListRecordsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ListRecords(reader.text("prefix"), block.credit());
            }
            case ReadPointsDecoder.TEMPLATE_ID -> {
                checkBlock(frame, ReadPointsDecoder.BLOCK_LENGTH);
                var block = new ReadPointsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ReadPoints(get(block.source()), get(block.span()), block.credit());
            }
            case ReadAlignedWindowsDecoder.TEMPLATE_ID -> {
                checkBlock(frame, ReadAlignedWindowsDecoder.BLOCK_LENGTH);
                var block = new ReadAlignedWindowsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ReadAlignedWindows(
                        get(block.source()), get(block.span()), block.widthLog2(), block.credit());
            }
            case ReadWindowsDecoder.TEMPLATE_ID -> {
                checkBlock(frame, ReadWindowsDecoder.BLOCK_LENGTH);
                var block = new ReadWindowsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ReadWindows(
                        get(block.source()), get(block.span()), block.widthNanos(), block.depthLog2(), block.credit());
            }
            default -> {
                checkBlock(frame, ReadChangesDecoder.BLOCK_LENGTH);
                var block = new ReadChangesDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ReadChanges(
                        get(block.source()), get(block.since()), block.resolutionLog2(), block.credit());
            }
        };
    }

    private static Request mutation(Frame frame, FrameReader reader) throws MalformedFrame {
        return switch (frame.templateId()) {
            case InsertDecoder.TEMPLATE_ID -> {
                checkBlock(frame, InsertDecoder.BLOCK_LENGTH);
                var block = new InsertDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                PointColumns points = points(reader, block.pointCount());
                yield new Request.Mutate(
                        new Mutation.Insert(get(block.stream()), points, policy(block.policy())), get(block.tag()));
            }
            case DeleteDecoder.TEMPLATE_ID -> {
                checkBlock(frame, DeleteDecoder.BLOCK_LENGTH);
                var block = new DeleteDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(new Mutation.Delete(get(block.stream()), get(block.span())), get(block.tag()));
            }
            case DeleteUncommittedDecoder.TEMPLATE_ID -> {
                checkBlock(frame, DeleteUncommittedDecoder.BLOCK_LENGTH);
                var block = new DeleteUncommittedDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(
                        new Mutation.DeleteUncommitted(get(block.stream()), get(block.span()), get(block.since())),
                        get(block.tag()));
            }
            case FlushDecoder.TEMPLATE_ID -> {
                checkBlock(frame, FlushDecoder.BLOCK_LENGTH);
                var block = new FlushDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(new Mutation.Flush(get(block.stream())), get(block.tag()));
            }
            case CreateDecoder.TEMPLATE_ID -> {
                checkBlock(frame, CreateDecoder.BLOCK_LENGTH);
                var block = new CreateDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                StreamDescriptor descriptor =
                        new StreamDescriptor(
                                get(block.stream()),
                                reader.text("collection"),
                                reader.map("tags", ENTRIES_MAX),
                                reader.map("annotations", ENTRIES_MAX),
                                1);
                yield new Request.Mutate(new Mutation.Create(descriptor), get(block.tag()));
            }
            case AnnotateDecoder.TEMPLATE_ID -> {
                checkBlock(frame, AnnotateDecoder.BLOCK_LENGTH);
                var block = new AnnotateDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Mutation mutation =
                        new Mutation.Annotate(
                                get(block.stream()),
                                block.expectedPropertyVersion(),
                                reader.map("changes", ENTRIES_MAX),
                                new HashSet<>(reader.texts("removals", ENTRIES_MAX)));
                yield new Request.Mutate(mutation, get(block.tag()));
            }
            case ObliterateDecoder.TEMPLATE_ID -> {
                checkBlock(frame, ObliterateDecoder.BLOCK_LENGTH);
                var block = new ObliterateDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.Mutate(new Mutation.Obliterate(get(block.stream())), get(block.tag()));
            }
            case AtomicDecoder.TEMPLATE_ID -> {
                checkBlock(frame, AtomicDecoder.BLOCK_LENGTH);
                var block = new AtomicDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Mutation mutation = atomic(reader, block.replacementCount(), block.recordCount());
                yield new Request.Mutate(mutation, get(block.tag()));
            }
            default ->
                    throw new Refused(
                            ErrorCode.UNKNOWN_OPERATION,
                            "frame type "
                                    + frame.templateId()
                                    + " is no request of protocol version "
                                    + FrameFormat.PROTOCOL_VERSION);
        };
    }

    private static Mutation.Atomic atomic(FrameReader reader, long replacementCount, long recordCount)
            throws MalformedFrame {
        if (replacementCount + recordCount > ATOMIC_PARTS_MAX) {
            throw new Refused(
                    ErrorCode.BATCH_TOO_LARGE,
                    "an atomic mutation of "
                            + (replacementCount + recordCount)
                            + " parts; at most "
                            + ATOMIC_PARTS_MAX
                            + " are taken");
        }
        List<Mutation.Replace> replacements = new ArrayList<>((int) replacementCount);
        for (int i = 0; i < replacementCount; i++) {
            StreamId stream = reader.streamId("stream");
            long from = reader.number64("from");
            long until = reader.number64("until");
            long pointCount = Integer.toUnsignedLong(reader.number32("point count"));
            reader.number32("reserved");
            replacements.add(new Mutation.Replace(stream, new TimeRange(from, until), points(reader, pointCount)));
        }
        List<Mutation.PutRecord> records = new ArrayList<>((int) recordCount);
        for (int i = 0; i < recordCount; i++) {
            long expectedRevision = reader.number64("expected revision");
            boolean isPresent = reader.number32("value is present") != 0;
            String key = reader.text("key");
            byte[] value = reader.bytes("value");
            reader.align();
            records.add(
                    new Mutation.PutRecord(key, expectedRevision, isPresent ? Optional.of(value) : Optional.empty()));
        }
        return new Mutation.Atomic(replacements, records);
    }

    private static PointColumns points(FrameReader reader, long pointCount) throws MalformedFrame {
        int count = reader.checkCount("point count", pointCount, 2 * Long.BYTES);
        MemorySegment times = reader.column("times", count);
        MemorySegment values = reader.column("values", count);
        return new PointColumns(times, values, count);
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

    /// A newer peer may send a longer block, whose end is skipped; a shorter one was never a version of this protocol.
    static void checkBlock(Frame frame, int blockLengthMin) throws MalformedFrame {
        if (frame.header().blockLength() < blockLengthMin) {
            throw new MalformedFrame(
                    "frame type "
                            + frame.templateId()
                            + " has a block of "
                            + frame.header().blockLength()
                            + " bytes, wanted "
                            + blockLengthMin);
        }
    }

    private static MergePolicy policy(int number) {
        MergePolicy policy = MergePolicy.ofNumber(number);
        if (policy == null) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "merge policy " + number + " is not one of 0..3");
        }
        return policy;
    }

    private static Direction direction(int number) {
        return switch (number) {
            case 0 -> Direction.FORWARD;
            case 1 -> Direction.BACKWARD;
            default -> throw new Refused(ErrorCode.INVALID_ARGUMENT, "direction " + number + " is not 0 or 1");
        };
    }

    private static WriteTag get(WriteTagDecoder tag) {
        if (tag.sequence() < 0) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT, "sequence " + tag.sequence() + " is negative; clients count from 1");
        }
        return new WriteTag(tag.clientHigh(), tag.clientLow(), tag.sequence());
    }

    private static StreamId get(StreamIdDecoder stream) {
        return new StreamId(stream.high(), stream.low());
    }

    private static TimeRange get(TimeRangeDecoder range) {
        return new TimeRange(range.from(), range.until());
    }

    static Version get(StreamVersionDecoder version) {
        return new Version(version.major(), version.minor());
    }

    private static VersionSelector selector(long major, long minor) {
        return major == RequestEncoder.LATEST ? VersionSelector.LATEST : VersionSelector.at(new Version(major, minor));
    }

    private static Request.Source get(ReadSourceDecoder source) {
        return source.snapshot() != 0
                ? new Request.Source.Held(source.snapshot())
                : new Request.Source.Direct(
                        new StreamId(source.high(), source.low()), selector(source.major(), source.minor()));
    }
}
