package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.Mutation;
import io.distil.base.api.VersionSelector;
import io.distil.base.api.WriteTag;
import io.distil.wire.frame.sbe.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Turns requests into frames. The inverse is {@link RequestDecoder}.
public final class RequestEncoder {
    /// As the major version of a selector: the latest version.
    static final long LATEST = -1;

    private RequestEncoder() {}

    /// What goes before the first frame.
    public static byte[] preamble(int versionMin, int versionMax) {
        return ByteBuffer.allocate(FrameFormat.PREAMBLE_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(FrameFormat.MAGIC)
                .putShort((short) versionMin)
                .putShort((short) versionMax)
                .array();
    }

    /// @throws io.distil.base.Refused `BATCH_TOO_LARGE` if it does not fit into a frame
    public static EncodedFrame encode(long requestId, Request request) {
        FrameBuilder frame = new FrameBuilder();
        switch (request) {
            case Request.Hello r -> {
                new HelloEncoder()
                        .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                        .clientHigh(r.clientHigh())
                        .clientLow(r.clientLow())
                        .features(r.features());
                frame.block(HelloEncoder.BLOCK_LENGTH).text(r.clientName()).bytes(r.token());
            }
            case Request.Ping r -> {
                new PingEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).echo(r.echo());
                frame.block(PingEncoder.BLOCK_LENGTH);
            }
            case Request.Credit r -> {
                new CreditEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).chunks(r.chunks());
                frame.block(CreditEncoder.BLOCK_LENGTH);
            }
            case Request.Cancel _ -> {
                new CancelEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                frame.block(CancelEncoder.BLOCK_LENGTH);
            }
            case Request.Mutate r -> mutation(frame, r.mutation(), r.tag());
            case Request.Info r -> {
                InfoEncoder block = new InfoEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.stream(), r.stream());
                frame.block(InfoEncoder.BLOCK_LENGTH);
            }
            case Request.GetRecord r -> {
                new GetRecordEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                frame.block(GetRecordEncoder.BLOCK_LENGTH).text(r.key());
            }
            case Request.GetStatus _ -> {
                new GetStatusEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                frame.block(GetStatusEncoder.BLOCK_LENGTH);
            }
            case Request.OpenSnapshot r -> {
                OpenSnapshotEncoder block =
                        new OpenSnapshotEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.stream(), r.stream());
                put(block.selector(), r.at());
                frame.block(OpenSnapshotEncoder.BLOCK_LENGTH);
            }
            case Request.CloseSnapshot r -> {
                new CloseSnapshotEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).snapshot(r.snapshot());
                frame.block(CloseSnapshotEncoder.BLOCK_LENGTH);
            }
            case Request.FindNearest r -> {
                FindNearestEncoder block =
                        new FindNearestEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.source(), r.source());
                block.time(r.time()).direction(number(r.direction()));
                frame.block(FindNearestEncoder.BLOCK_LENGTH);
            }
            case Request.Streamed r -> streamed(frame, r);
        }
        return frame.finish(requestId);
    }

    private static void mutation(FrameBuilder frame, Mutation mutation, WriteTag tag) {
        switch (mutation) {
            case Mutation.Insert m -> {
                InsertEncoder block = new InsertEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.tag(), tag);
                put(block.stream(), m.stream());
                block.pointCount(m.points().count()).policy((short) m.policy().number());
                frame.block(InsertEncoder.BLOCK_LENGTH).column(m.points().times()).column(m.points().values());
            }
            case Mutation.Delete m -> {
                DeleteEncoder block = new DeleteEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.tag(), tag);
                put(block.stream(), m.stream());
                put(block.span(), m.range());
                frame.block(DeleteEncoder.BLOCK_LENGTH);
            }
            case Mutation.DeleteUncommitted m -> {
                DeleteUncommittedEncoder block =
                        new DeleteUncommittedEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.tag(), tag);
                put(block.stream(), m.stream());
                put(block.span(), m.range());
                put(block.since(), m.since());
                frame.block(DeleteUncommittedEncoder.BLOCK_LENGTH);
            }
            case Mutation.Flush m -> {
                FlushEncoder block = new FlushEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.tag(), tag);
                put(block.stream(), m.stream());
                frame.block(FlushEncoder.BLOCK_LENGTH);
            }
            case Mutation.Create m -> {
                CreateEncoder block = new CreateEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.tag(), tag);
                put(block.stream(), m.descriptor().id());
                frame.block(CreateEncoder.BLOCK_LENGTH)
                        .text(m.descriptor().collection())
                        .map(m.descriptor().tags())
                        .map(m.descriptor().annotations());
            }
            case Mutation.Annotate m -> {
                AnnotateEncoder block = new AnnotateEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.tag(), tag);
                put(block.stream(), m.stream());
                block.expectedPropertyVersion(m.expectedPropertyVersion());
                frame.block(AnnotateEncoder.BLOCK_LENGTH)
                        .map(m.changes())
                        .texts(m.removals().stream().sorted().toList());
            }
            case Mutation.Obliterate m -> {
                ObliterateEncoder block = new ObliterateEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.tag(), tag);
                put(block.stream(), m.stream());
                frame.block(ObliterateEncoder.BLOCK_LENGTH);
            }
            case Mutation.Atomic m -> atomic(frame, m, tag);
            case Mutation.OfTablets _ ->
                    throw new Refused(
                            ErrorCode.UNKNOWN_OPERATION, "this version of the protocol does not place tablets");
            case Mutation.OfTable _ ->
                    throw new Refused(ErrorCode.UNKNOWN_OPERATION, "this version of the protocol has no tables");
        }
    }

    private static void atomic(FrameBuilder frame, Mutation.Atomic mutation, WriteTag tag) {
        AtomicEncoder block = new AtomicEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
        put(block.tag(), tag);
        block.replacementCount(mutation.replacements().size()).recordCount(mutation.records().size());
        frame.block(AtomicEncoder.BLOCK_LENGTH);
        for (Mutation.Replace part : mutation.replacements()) {
            frame.streamId(part.stream())
                    .number64(part.range().from())
                    .number64(part.range().until())
                    .number32(part.points().count())
                    .number32(0)
                    .column(part.points().times())
                    .column(part.points().values());
        }
        for (Mutation.PutRecord part : mutation.records()) {
            frame.number64(part.expectedRevision())
                    .number32(part.value().isPresent() ? 1 : 0)
                    .text(part.key())
                    .bytes(part.value().orElse(new byte[0]))
                    .align();
        }
    }

    private static void streamed(FrameBuilder frame, Request.Streamed request) {
        switch (request) {
            case Request.Find r -> {
                new FindEncoder()
                        .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                        .credit(r.credit())
                        .collectionIsPrefix((short) (r.filter().collectionIsPrefix() ? 1 : 0));
                frame.block(FindEncoder.BLOCK_LENGTH).text(r.filter().collection());
                conditions(frame, r.filter().tags());
                conditions(frame, r.filter().annotations());
            }
            case Request.Collections r -> {
                new CollectionsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).credit(r.credit());
                frame.block(CollectionsEncoder.BLOCK_LENGTH).text(r.prefix());
            }
            case Request.ListRecords r -> {
                new ListRecordsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).credit(r.credit());
                frame.block(ListRecordsEncoder.BLOCK_LENGTH).text(r.prefix());
            }
            case Request.ReadPoints r -> {
                ReadPointsEncoder block = new ReadPointsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.source(), r.source());
                put(block.span(), r.range());
                block.credit(r.credit());
                frame.block(ReadPointsEncoder.BLOCK_LENGTH);
            }
            case Request.ReadAlignedWindows r -> {
                ReadAlignedWindowsEncoder block =
                        new ReadAlignedWindowsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.source(), r.source());
                put(block.span(), r.range());
                block.credit(r.credit()).widthLog2((short) r.widthLog2());
                frame.block(ReadAlignedWindowsEncoder.BLOCK_LENGTH);
            }
            case Request.ReadWindows r -> {
                ReadWindowsEncoder block =
                        new ReadWindowsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.source(), r.source());
                put(block.span(), r.range());
                block.widthNanos(r.widthNanos()).credit(r.credit()).depthLog2((short) r.depthLog2());
                frame.block(ReadWindowsEncoder.BLOCK_LENGTH);
            }
            case Request.ReadChanges r -> {
                ReadChangesEncoder block =
                        new ReadChangesEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                put(block.source(), r.source());
                put(block.since(), r.since());
                block.credit(r.credit()).resolutionLog2((short) r.resolutionLog2());
                frame.block(ReadChangesEncoder.BLOCK_LENGTH);
            }
        }
    }

    /// Keys, each with a value it must have, or none.
    private static void conditions(FrameBuilder frame, Map<String, Optional<String>> conditions) {
        frame.number32(conditions.size());
        new TreeMap<>(conditions)
                .forEach((key, value) -> frame.text(key).number32(value.isPresent() ? 1 : 0).text(value.orElse("")));
    }

    static short number(Direction direction) {
        return switch (direction) {
            case FORWARD -> 0;
            case BACKWARD -> 1;
        };
    }

    private static void put(WriteTagEncoder to, WriteTag tag) {
        to.clientHigh(tag.clientHigh()).clientLow(tag.clientLow()).sequence(tag.sequence());
    }

    private static void put(StreamIdEncoder to, StreamId stream) {
        to.high(stream.high()).low(stream.low());
    }

    private static void put(TimeRangeEncoder to, TimeRange range) {
        to.from(range.from()).until(range.until());
    }

    static void put(StreamVersionEncoder to, Version version) {
        to.major(version.major()).minor(version.minor());
    }

    private static void put(StreamVersionEncoder to, VersionSelector selector) {
        switch (selector) {
            case VersionSelector.Latest _ -> to.major(LATEST).minor(0);
            case VersionSelector.Exactly e -> put(to, e.version());
        }
    }

    private static void put(ReadSourceEncoder to, Request.Source source) {
        switch (source) {
            case Request.Source.Held held -> to.snapshot(held.snapshot()).high(0).low(0).major(0).minor(0);
            case Request.Source.Direct direct -> {
                to.snapshot(0).high(direct.stream().high()).low(direct.stream().low());
                switch (direct.at()) {
                    case VersionSelector.Latest _ -> to.major(LATEST).minor(0);
                    case VersionSelector.Exactly e -> to.major(e.version().major()).minor(e.version().minor());
                }
            }
        }
    }
}
