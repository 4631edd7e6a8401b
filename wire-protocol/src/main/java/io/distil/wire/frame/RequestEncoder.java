package io.distil.wire.frame;

import io.distil.base.BrokenInvariant;
import io.distil.base.api.Direction;
import io.distil.wire.frame.sbe.*;
import io.distil.wire.frame.sbe.AwaitPositionEncoder;
import io.distil.wire.frame.sbe.CancelEncoder;
import io.distil.wire.frame.sbe.CloseSnapshotEncoder;
import io.distil.wire.frame.sbe.CollectionsEncoder;
import io.distil.wire.frame.sbe.CreditEncoder;
import io.distil.wire.frame.sbe.FindEncoder;
import io.distil.wire.frame.sbe.FindNearestEncoder;
import io.distil.wire.frame.sbe.GetRecordEncoder;
import io.distil.wire.frame.sbe.GetStatusEncoder;
import io.distil.wire.frame.sbe.HelloEncoder;
import io.distil.wire.frame.sbe.InfoEncoder;
import io.distil.wire.frame.sbe.ListRecordsEncoder;
import io.distil.wire.frame.sbe.OpenSnapshotEncoder;
import io.distil.wire.frame.sbe.PingEncoder;
import io.distil.wire.frame.sbe.ReadAlignedWindowsEncoder;
import io.distil.wire.frame.sbe.ReadChangesEncoder;
import io.distil.wire.frame.sbe.ReadPointsEncoder;
import io.distil.wire.frame.sbe.ReadWindowsEncoder;
import io.distil.wire.frame.sbe.SubscribeRevertsEncoder;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Turns requests into frames. The inverse is {@link RequestDecoder}.
public final class RequestEncoder {
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
            case Request.Mutate r -> MutationEncoder.encode(frame, r.mutation(), r.tag(), r.durability());
            case Request.Await r -> {
                AwaitPositionEncoder block =
                        new AwaitPositionEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.awaited(), r.position());
                block.copies(Blocks.copies(r.durability()));
                frame.block(AwaitPositionEncoder.BLOCK_LENGTH);
            }
            case Request.Info r -> {
                InfoEncoder block = new InfoEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.stream(), r.stream());
                Blocks.put(block.consistency(), r.consistency());
                frame.block(InfoEncoder.BLOCK_LENGTH);
            }
            case Request.GetRecord r -> {
                GetRecordEncoder block = new GetRecordEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.consistency(), r.consistency());
                frame.block(GetRecordEncoder.BLOCK_LENGTH).text(r.key());
            }
            case Request.GetStatus _ -> {
                new GetStatusEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                frame.block(GetStatusEncoder.BLOCK_LENGTH);
            }
            case Request.OpenSnapshot r -> {
                OpenSnapshotEncoder block =
                        new OpenSnapshotEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.stream(), r.stream());
                Blocks.put(block.selector(), r.at());
                Blocks.put(block.consistency(), r.consistency());
                frame.block(OpenSnapshotEncoder.BLOCK_LENGTH);
            }
            case Request.CloseSnapshot r -> {
                new CloseSnapshotEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).snapshot(r.snapshot());
                frame.block(CloseSnapshotEncoder.BLOCK_LENGTH);
            }
            case Request.FindNearest r -> {
                FindNearestEncoder block =
                        new FindNearestEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.source(), block.consistency(), r.source());
                block.time(r.time()).direction(number(r.direction()));
                frame.block(FindNearestEncoder.BLOCK_LENGTH);
            }
            case Request.OfTable r -> TableRequestEncoder.encode(frame, r);
            case Request.OfCluster r -> ClusterFrames.encode(frame, r);
            case Request.Streamed r -> streamed(frame, r);
        }
        return frame.finish(requestId);
    }

    private static void streamed(FrameBuilder frame, Request.Streamed request) {
        switch (request) {
            case Request.SubscribeReverts r -> {
                new SubscribeRevertsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).credit(r.credit());
                frame.block(SubscribeRevertsEncoder.BLOCK_LENGTH);
            }
            case Request.Find r -> {
                FindEncoder block = new FindEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                block.credit(r.credit()).collectionIsPrefix((short) (r.filter().collectionIsPrefix() ? 1 : 0));
                Blocks.put(block.consistency(), r.consistency());
                frame.block(FindEncoder.BLOCK_LENGTH).text(r.filter().collection());
                conditions(frame, r.filter().tags());
                conditions(frame, r.filter().annotations());
            }
            case Request.Collections r -> {
                CollectionsEncoder block =
                        new CollectionsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                block.credit(r.credit());
                Blocks.put(block.consistency(), r.consistency());
                frame.block(CollectionsEncoder.BLOCK_LENGTH).text(r.prefix());
            }
            case Request.ListRecords r -> {
                ListRecordsEncoder block =
                        new ListRecordsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                block.credit(r.credit());
                Blocks.put(block.consistency(), r.consistency());
                frame.block(ListRecordsEncoder.BLOCK_LENGTH).text(r.prefix());
            }
            case Request.ReadPoints r -> {
                ReadPointsEncoder block = new ReadPointsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.source(), block.consistency(), r.source());
                Blocks.put(block.span(), r.range());
                block.credit(r.credit());
                frame.block(ReadPointsEncoder.BLOCK_LENGTH);
            }
            case Request.ReadAlignedWindows r -> {
                ReadAlignedWindowsEncoder block =
                        new ReadAlignedWindowsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.source(), block.consistency(), r.source());
                Blocks.put(block.span(), r.range());
                block.credit(r.credit()).widthLog2((short) r.widthLog2());
                frame.block(ReadAlignedWindowsEncoder.BLOCK_LENGTH);
            }
            case Request.ReadWindows r -> {
                ReadWindowsEncoder block =
                        new ReadWindowsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.source(), block.consistency(), r.source());
                Blocks.put(block.span(), r.range());
                block.widthNanos(r.widthNanos()).credit(r.credit()).depthLog2((short) r.depthLog2());
                frame.block(ReadWindowsEncoder.BLOCK_LENGTH);
            }
            case Request.ReadChanges r -> {
                ReadChangesEncoder block =
                        new ReadChangesEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.source(), block.consistency(), r.source());
                Blocks.put(block.since(), r.since());
                block.credit(r.credit()).resolutionLog2((short) r.resolutionLog2());
                frame.block(ReadChangesEncoder.BLOCK_LENGTH);
            }
            case Request.OfTable _, Request.OfCluster _ ->
                    throw new BrokenInvariant("questions about tables and the cluster have their own encoders");
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
}
