package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.LogPosition;
import io.distil.base.api.Outcome;
import io.distil.base.api.Point;
import io.distil.base.api.PointColumns;
import io.distil.base.api.Reverts;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.TableChange;
import io.distil.base.api.TableInfo;
import io.distil.base.api.TableRow;
import io.distil.base.api.WindowBatch;
import io.distil.wire.frame.sbe.ClusterDecoder;
import io.distil.wire.frame.sbe.CountDecoder;
import io.distil.wire.frame.sbe.DoneDecoder;
import io.distil.wire.frame.sbe.EndDecoder;
import io.distil.wire.frame.sbe.FailureDecoder;
import io.distil.wire.frame.sbe.GroupAnswerDecoder;
import io.distil.wire.frame.sbe.LogPositionDecoder;
import io.distil.wire.frame.sbe.NearestDecoder;
import io.distil.wire.frame.sbe.PointsDecoder;
import io.distil.wire.frame.sbe.PongDecoder;
import io.distil.wire.frame.sbe.RangesDecoder;
import io.distil.wire.frame.sbe.RecordsDecoder;
import io.distil.wire.frame.sbe.RevertedDecoder;
import io.distil.wire.frame.sbe.RowsDecoder;
import io.distil.wire.frame.sbe.SnapshotOpenedDecoder;
import io.distil.wire.frame.sbe.StatusDecoder;
import io.distil.wire.frame.sbe.StreamsDecoder;
import io.distil.wire.frame.sbe.TableChangesDecoder;
import io.distil.wire.frame.sbe.TablesDecoder;
import io.distil.wire.frame.sbe.TextsDecoder;
import io.distil.wire.frame.sbe.WatchedDecoder;
import io.distil.wire.frame.sbe.WelcomeDecoder;
import io.distil.wire.frame.sbe.WindowsDecoder;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Turns received frames into answers. Points and windows stay in the frame's memory.
public final class AnswerDecoder {
    private AnswerDecoder() {}

    public static Answer decode(Frame frame) throws MalformedFrame {
        FrameReader reader = new FrameReader(frame);
        Answer answer =
                switch (frame.templateId()) {
                    case WelcomeDecoder.TEMPLATE_ID -> welcome(frame, reader);
                    case FailureDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, FailureDecoder.BLOCK_LENGTH);
                        var block = new FailureDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Answer.Failure(
                                ErrorCode.ofNumber(block.code()), block.inDoubt() != 0, reader.text("sentence"));
                    }
                    case PongDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, PongDecoder.BLOCK_LENGTH);
                        var block = new PongDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Answer.Pong(block.echo());
                    }
                    case EndDecoder.TEMPLATE_ID -> new Answer.End();
                    case DoneDecoder.TEMPLATE_ID -> {
                        boolean isWhole =
                                Blocks.check(frame, DoneDecoder.BLOCK_LENGTH, LogPositionDecoder.ENCODED_LENGTH);
                        var block = new DoneDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        LogPosition logged = isWhole ? Blocks.get(block.logged()) : LogPosition.NONE;
                        yield new Answer.Done(
                                new Outcome(Blocks.get(block.outcomeVersion()), block.propertyVersion(), logged));
                    }
                    case StatusDecoder.TEMPLATE_ID -> new Answer.Status(reader.map("status", Integer.MAX_VALUE));
                    case SnapshotOpenedDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, SnapshotOpenedDecoder.BLOCK_LENGTH);
                        var block = new SnapshotOpenedDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Answer.SnapshotOpened(block.snapshot(), Blocks.get(block.shown()));
                    }
                    case NearestDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, NearestDecoder.BLOCK_LENGTH);
                        var block = new NearestDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Answer.Nearest(
                                block.isFound() != 0
                                        ? Optional.of(new Point(block.time(), block.value()))
                                        : Optional.empty());
                    }
                    case CountDecoder.TEMPLATE_ID -> {
                        Blocks.check(frame, CountDecoder.BLOCK_LENGTH);
                        var block = new CountDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                        yield new Answer.Count(block.count());
                    }
                    case GroupAnswerDecoder.TEMPLATE_ID -> new Answer.OfGroup(reader.bytes("answer"));
                    case ClusterDecoder.TEMPLATE_ID -> new Answer.Cluster(ClusterFrames.decodeMap(frame, reader));
                    case TablesDecoder.TEMPLATE_ID,
                            RowsDecoder.TEMPLATE_ID,
                            TableChangesDecoder.TEMPLATE_ID,
                            WatchedDecoder.TEMPLATE_ID ->
                            tableChunk(frame, reader);
                    default -> chunk(frame, reader);
                };
        reader.end();
        return answer;
    }

    private static Answer welcome(Frame frame, FrameReader reader) throws MalformedFrame {
        Blocks.check(frame, WelcomeDecoder.BLOCK_LENGTH);
        var block = new WelcomeDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
        Answer.Limits limits =
                new Answer.Limits(
                        (int) block.frameBytesMax(),
                        (int) block.insertPointsMax(),
                        (int) block.mutationsInFlightMax(),
                        block.mutationBytesInFlightMax(),
                        (int) block.readsInFlightMax(),
                        (int) block.snapshotsHeldMax(),
                        (int) block.chunkPointsMax(),
                        (int) block.chunkWindowsMax(),
                        (int) block.creditMax(),
                        (int) block.idleTimeoutMillis());
        return new Answer.Welcome((int) block.protocolVersion(), block.features(), limits, reader.text("server name"));
    }

    private static Answer chunk(Frame frame, FrameReader reader) throws MalformedFrame {
        return switch (frame.templateId()) {
            case StreamsDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, StreamsDecoder.BLOCK_LENGTH);
                var block = new StreamsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                int count = reader.checkCount("stream count", block.streamCount(), 40);
                List<StreamInfo> streams = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    streams.add(stream(reader));
                }
                yield new Answer.Streams(streams);
            }
            case TextsDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, TextsDecoder.BLOCK_LENGTH);
                var block = new TextsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                int count = reader.checkCount("text count", block.textCount(), Integer.BYTES);
                List<String> texts = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    texts.add(reader.text("text"));
                }
                yield new Answer.Texts(texts);
            }
            case RecordsDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, RecordsDecoder.BLOCK_LENGTH);
                var block = new RecordsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                int count = reader.checkCount("record count", block.recordCount(), 16);
                List<StoredRecord> records = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    long revision = reader.number64("revision");
                    records.add(new StoredRecord(reader.text("key"), revision, reader.bytes("value")));
                    reader.align();
                }
                yield new Answer.Records(records);
            }
            case PointsDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, PointsDecoder.BLOCK_LENGTH);
                var block = new PointsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                int count = reader.checkCount("point count", block.pointCount(), 2 * Long.BYTES);
                MemorySegment times = reader.column("times", count);
                MemorySegment values = reader.column("values", count);
                yield new Answer.Points(new PointColumns(times, values, count));
            }
            case WindowsDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, WindowsDecoder.BLOCK_LENGTH);
                var block = new WindowsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                int count =
                        reader.checkCount("window count", block.windowCount(), WindowBatch.COLUMN_COUNT * Long.BYTES);
                List<MemorySegment> columns = new ArrayList<>(WindowBatch.COLUMN_COUNT);
                for (WindowBatch.Column column : WindowBatch.Column.values()) {
                    columns.add(reader.column(column.name(), count));
                }
                yield new Answer.Windows(count, columns);
            }
            case RangesDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, RangesDecoder.BLOCK_LENGTH);
                var block = new RangesDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                int count = reader.checkCount("range count", block.rangeCount(), 2 * Long.BYTES);
                List<TimeRange> ranges = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    ranges.add(new TimeRange(reader.number64("from"), reader.number64("until")));
                }
                yield new Answer.Ranges(ranges);
            }
            case RevertedDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, RevertedDecoder.BLOCK_LENGTH);
                var block = new RevertedDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                int count = reader.checkCount("revert count", block.revertCount(), 3 * Long.BYTES);
                List<Reverts.Revert> reverts = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    int group = (int) reader.number64("group");
                    reverts.add(
                            new Reverts.Revert(group, reader.number64("from position"), reader.number64("term max")));
                }
                yield new Answer.Reverted(reverts);
            }
            default -> throw new MalformedFrame("frame type " + frame.templateId() + " is no answer");
        };
    }

    private static Answer tableChunk(Frame frame, FrameReader reader) throws MalformedFrame {
        return switch (frame.templateId()) {
            case TablesDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, TablesDecoder.BLOCK_LENGTH);
                var block = new TablesDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                int count = reader.checkCount("table count", block.tableCount(), 4 * Long.BYTES + Integer.BYTES);
                List<TableInfo> tables = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    Version version = reader.version("version");
                    long rowCount = reader.number64("row count");
                    long createdEpochNanos = reader.number64("created");
                    tables.add(new TableInfo(reader.text("name"), version, rowCount, createdEpochNanos));
                }
                yield new Answer.Tables(tables);
            }
            case RowsDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, RowsDecoder.BLOCK_LENGTH);
                var block = new RowsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                int count = reader.checkCount("row count", block.rowCount(), 2 * Long.BYTES + 2 * Integer.BYTES);
                List<TableRow> rows = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    Version version = reader.version("version");
                    rows.add(new TableRow(reader.bytes("key"), reader.bytes("value"), version));
                }
                yield new Answer.Rows(rows);
            }
            case TableChangesDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, TableChangesDecoder.BLOCK_LENGTH);
                var block = new TableChangesDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Answer.TableChanges(changes(reader, block.changeCount()));
            }
            default -> {
                Blocks.check(frame, WatchedDecoder.BLOCK_LENGTH);
                var block = new WatchedDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Answer.Watched(
                        Blocks.get(block.through()),
                        block.isCatchUp() != 0,
                        block.isWhole() != 0,
                        changes(reader, block.changeCount()));
            }
        };
    }

    private static List<TableChange> changes(FrameReader reader, long changeCount) throws MalformedFrame {
        int count = reader.checkCount("change count", changeCount, 2 * Long.BYTES + 3 * Integer.BYTES);
        List<TableChange> changes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Version version = reader.version("version");
            changes.add(new TableChange(reader.bytes("key"), version, reader.optionalBytes("value")));
        }
        return changes;
    }

    private static StreamInfo stream(FrameReader reader) throws MalformedFrame {
        StreamId id = reader.streamId("stream");
        Version version = new Version(reader.number64("major"), reader.number64("minor"));
        long propertyVersion = reader.number64("property version");
        String collection = reader.text("collection");
        var tags = reader.map("tags", Integer.MAX_VALUE);
        var annotations = reader.map("annotations", Integer.MAX_VALUE);
        reader.align();
        return new StreamInfo(new StreamDescriptor(id, collection, tags, annotations, propertyVersion), version);
    }
}
