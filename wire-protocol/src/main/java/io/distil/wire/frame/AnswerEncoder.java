package io.distil.wire.frame;

import io.distil.base.TimeRange;
import io.distil.base.api.Point;
import io.distil.base.api.Reverts;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableInfo;
import io.distil.wire.frame.sbe.CountEncoder;
import io.distil.wire.frame.sbe.DoneEncoder;
import io.distil.wire.frame.sbe.EndEncoder;
import io.distil.wire.frame.sbe.FailureEncoder;
import io.distil.wire.frame.sbe.GroupAnswerEncoder;
import io.distil.wire.frame.sbe.NearestEncoder;
import io.distil.wire.frame.sbe.PointsEncoder;
import io.distil.wire.frame.sbe.PongEncoder;
import io.distil.wire.frame.sbe.RangesEncoder;
import io.distil.wire.frame.sbe.RecordsEncoder;
import io.distil.wire.frame.sbe.RevertedEncoder;
import io.distil.wire.frame.sbe.RowsEncoder;
import io.distil.wire.frame.sbe.SnapshotOpenedEncoder;
import io.distil.wire.frame.sbe.StatusEncoder;
import io.distil.wire.frame.sbe.StreamsEncoder;
import io.distil.wire.frame.sbe.TableChangesEncoder;
import io.distil.wire.frame.sbe.TablesEncoder;
import io.distil.wire.frame.sbe.TextsEncoder;
import io.distil.wire.frame.sbe.WatchedEncoder;
import io.distil.wire.frame.sbe.WelcomeEncoder;
import io.distil.wire.frame.sbe.WindowsEncoder;

/// Turns answers into frames. The inverse is {@link AnswerDecoder}.
public final class AnswerEncoder {
    private AnswerEncoder() {}

    public static EncodedFrame encode(long requestId, Answer answer) {
        FrameBuilder frame = new FrameBuilder();
        switch (answer) {
            case Answer.Welcome a -> welcome(frame, a);
            case Answer.Failure a -> {
                new FailureEncoder()
                        .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                        .code(a.code().number())
                        .inDoubt((short) (a.inDoubt() ? 1 : 0));
                frame.block(FailureEncoder.BLOCK_LENGTH).text(a.sentence());
            }
            case Answer.Pong a -> {
                new PongEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).echo(a.echo());
                frame.block(PongEncoder.BLOCK_LENGTH);
            }
            case Answer.End _ -> {
                new EndEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                frame.block(EndEncoder.BLOCK_LENGTH);
            }
            case Answer.Done a -> {
                DoneEncoder block = new DoneEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.outcomeVersion(), a.outcome().version());
                block.propertyVersion(a.outcome().propertyVersion());
                Blocks.put(block.logged(), a.outcome().logged());
                frame.block(DoneEncoder.BLOCK_LENGTH);
            }
            case Answer.Status a -> {
                new StatusEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                frame.block(StatusEncoder.BLOCK_LENGTH).map(a.entries());
            }
            case Answer.SnapshotOpened a -> {
                SnapshotOpenedEncoder block =
                        new SnapshotOpenedEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                block.snapshot(a.snapshot());
                Blocks.put(block.shown(), a.shown());
                frame.block(SnapshotOpenedEncoder.BLOCK_LENGTH);
            }
            case Answer.Nearest a -> {
                Point point = a.point().orElse(new Point(0, 0));
                new NearestEncoder()
                        .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                        .time(point.time())
                        .value(point.value())
                        .isFound((short) (a.point().isPresent() ? 1 : 0));
                frame.block(NearestEncoder.BLOCK_LENGTH);
            }
            case Answer.Count a -> {
                new CountEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).count(a.count());
                frame.block(CountEncoder.BLOCK_LENGTH);
            }
            case Answer.Cluster a -> ClusterFrames.encode(frame, a.map());
            case Answer.OfGroup a -> {
                new GroupAnswerEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                frame.block(GroupAnswerEncoder.BLOCK_LENGTH).bytes(a.answer());
            }
            case Answer.Chunk a -> chunk(frame, a);
        }
        return frame.finish(requestId);
    }

    private static void welcome(FrameBuilder frame, Answer.Welcome answer) {
        Answer.Limits limits = answer.limits();
        new WelcomeEncoder()
                .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                .features(answer.features())
                .protocolVersion(answer.protocolVersion())
                .frameBytesMax(limits.frameBytesMax())
                .insertPointsMax(limits.insertPointsMax())
                .mutationsInFlightMax(limits.mutationsInFlightMax())
                .mutationBytesInFlightMax(limits.mutationBytesInFlightMax())
                .readsInFlightMax(limits.readsInFlightMax())
                .snapshotsHeldMax(limits.snapshotsHeldMax())
                .chunkPointsMax(limits.chunkPointsMax())
                .chunkWindowsMax(limits.chunkWindowsMax())
                .creditMax(limits.creditMax())
                .idleTimeoutMillis(limits.idleTimeoutMillis())
                .reserved(0);
        frame.block(WelcomeEncoder.BLOCK_LENGTH).text(answer.serverName());
    }

    private static void chunk(FrameBuilder frame, Answer.Chunk chunk) {
        switch (chunk) {
            case Answer.Streams a -> {
                new StreamsEncoder()
                        .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                        .streamCount(a.streams().size());
                frame.block(StreamsEncoder.BLOCK_LENGTH);
                a.streams().forEach(info -> stream(frame, info));
            }
            case Answer.Texts a -> {
                new TextsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).textCount(a.texts().size());
                frame.block(TextsEncoder.BLOCK_LENGTH);
                a.texts().forEach(frame::text);
            }
            case Answer.Records a -> {
                new RecordsEncoder()
                        .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                        .recordCount(a.records().size());
                frame.block(RecordsEncoder.BLOCK_LENGTH);
                for (StoredRecord record : a.records()) {
                    frame.number64(record.revision()).text(record.key()).bytes(record.value()).align();
                }
            }
            case Answer.Points a -> {
                new PointsEncoder()
                        .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                        .pointCount(a.points().count());
                frame.block(PointsEncoder.BLOCK_LENGTH).column(a.points().times()).column(a.points().values());
            }
            case Answer.Windows a -> {
                new WindowsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).windowCount(a.count());
                frame.block(WindowsEncoder.BLOCK_LENGTH);
                a.columns().forEach(frame::column);
            }
            case Answer.Ranges a -> {
                new RangesEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).rangeCount(a.ranges().size());
                frame.block(RangesEncoder.BLOCK_LENGTH);
                for (TimeRange range : a.ranges()) {
                    frame.number64(range.from()).number64(range.until());
                }
            }
            case Answer.Tables a -> {
                new TablesEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).tableCount(a.tables().size());
                frame.block(TablesEncoder.BLOCK_LENGTH);
                for (TableInfo table : a.tables()) {
                    frame.version(table.version())
                            .number64(table.rowCount())
                            .number64(table.createdEpochNanos())
                            .text(table.name());
                }
            }
            case Answer.Rows a -> {
                new RowsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header()).rowCount(a.rows().size());
                frame.block(RowsEncoder.BLOCK_LENGTH);
                a.rows().forEach(row -> frame.version(row.version()).bytes(row.key()).bytes(row.value()));
            }
            case Answer.TableChanges a -> {
                new TableChangesEncoder()
                        .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                        .changeCount(a.changes().size());
                frame.block(TableChangesEncoder.BLOCK_LENGTH);
                a.changes().forEach(change -> change(frame, change));
            }
            case Answer.Watched a -> {
                WatchedEncoder block = new WatchedEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.through(), a.through());
                block.changeCount(a.changes().size())
                        .isCatchUp((short) (a.isCatchUp() ? 1 : 0))
                        .isWhole((short) (a.isWhole() ? 1 : 0));
                frame.block(WatchedEncoder.BLOCK_LENGTH);
                a.changes().forEach(change -> change(frame, change));
            }
            case Answer.Reverted a -> {
                new RevertedEncoder()
                        .wrapAndApplyHeader(frame.buffer(), 0, frame.header())
                        .revertCount(a.reverts().size());
                frame.block(RevertedEncoder.BLOCK_LENGTH);
                for (Reverts.Revert revert : a.reverts()) {
                    frame.number64(revert.group()).number64(revert.fromPosition()).number64(revert.termMax());
                }
            }
        }
    }

    private static void change(FrameBuilder frame, TableChange change) {
        frame.version(change.version()).bytes(change.key()).optionalBytes(change.value());
    }

    private static void stream(FrameBuilder frame, StreamInfo info) {
        StreamDescriptor descriptor = info.descriptor();
        frame.streamId(descriptor.id())
                .number64(info.version().major())
                .number64(info.version().minor())
                .number64(descriptor.propertyVersion())
                .text(descriptor.collection())
                .map(descriptor.tags())
                .map(descriptor.annotations())
                .align();
    }

    /// No fewer bytes than the stream takes in a frame.
    public static int bytesMax(StreamInfo info) {
        StreamDescriptor descriptor = info.descriptor();
        int bytes = 64 + 3 * descriptor.collection().length();
        for (var map : java.util.List.of(descriptor.tags(), descriptor.annotations())) {
            for (var entry : map.entrySet()) {
                bytes += 2 * Integer.BYTES + 3 * (entry.getKey().length() + entry.getValue().length());
            }
        }
        return bytes;
    }
}
