package io.distil.wire.frame;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.wire.frame.sbe.CountRowsDecoder;
import io.distil.wire.frame.sbe.GetRowDecoder;
import io.distil.wire.frame.sbe.ListTablesDecoder;
import io.distil.wire.frame.sbe.OpenTableSnapshotDecoder;
import io.distil.wire.frame.sbe.ReadTableChangesDecoder;
import io.distil.wire.frame.sbe.ScanRowsDecoder;
import io.distil.wire.frame.sbe.WatchTableDecoder;

/// Reads questions about tables. The inverse is {@link TableRequestEncoder}.
final class TableRequestDecoder {
    private TableRequestDecoder() {}

    /// @return null if the frame is no question about tables
    static Request decode(Frame frame, FrameReader reader) throws MalformedFrame {
        return switch (frame.templateId()) {
            case ListTablesDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, ListTablesDecoder.BLOCK_LENGTH);
                var block = new ListTablesDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                yield new Request.ListTables(reader.text("prefix"), Blocks.get(block.consistency()), block.credit());
            }
            case OpenTableSnapshotDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, OpenTableSnapshotDecoder.BLOCK_LENGTH);
                var block = new OpenTableSnapshotDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                String table = reader.text("table");
                KeyRange range = reader.keyRange();
                yield new Request.OpenTableSnapshot(
                        table, range, Blocks.selector(block.selector()), Blocks.get(block.consistency()));
            }
            case GetRowDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, GetRowDecoder.BLOCK_LENGTH);
                var block = new GetRowDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                var source = Blocks.source(block.source(), block.consistency(), reader.text("table"));
                yield new Request.GetRow(source, reader.bytes("key"));
            }
            case ScanRowsDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, ScanRowsDecoder.BLOCK_LENGTH);
                var block = new ScanRowsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                var source = Blocks.source(block.source(), block.consistency(), reader.text("table"));
                yield new Request.ScanRows(
                        source,
                        reader.keyRange(),
                        block.isBackward() != 0,
                        checkedRowsMax(block.rowsMax()),
                        block.credit());
            }
            case CountRowsDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, CountRowsDecoder.BLOCK_LENGTH);
                var block = new CountRowsDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                var source = Blocks.source(block.source(), block.consistency(), reader.text("table"));
                yield new Request.CountRows(source, reader.keyRange());
            }
            case ReadTableChangesDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, ReadTableChangesDecoder.BLOCK_LENGTH);
                var block = new ReadTableChangesDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                var source = Blocks.source(block.source(), block.consistency(), reader.text("table"));
                Version since = Blocks.get(block.since());
                yield new Request.ReadTableChanges(source, since, reader.keyRange(), block.credit());
            }
            case WatchTableDecoder.TEMPLATE_ID -> {
                Blocks.check(frame, WatchTableDecoder.BLOCK_LENGTH);
                var block = new WatchTableDecoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                String table = reader.text("table");
                yield new Request.WatchTable(table, reader.keyRange(), Blocks.get(block.since()), block.credit());
            }
            default -> null;
        };
    }

    private static long checkedRowsMax(long rowsMax) {
        if (rowsMax < 0) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, "at most " + rowsMax + " rows; wanted 0 (all) or more");
        }
        return rowsMax;
    }
}
