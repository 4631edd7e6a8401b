package io.distil.wire.frame;

import io.distil.wire.frame.sbe.CountRowsEncoder;
import io.distil.wire.frame.sbe.GetRowEncoder;
import io.distil.wire.frame.sbe.ListTablesEncoder;
import io.distil.wire.frame.sbe.OpenTableSnapshotEncoder;
import io.distil.wire.frame.sbe.ReadTableChangesEncoder;
import io.distil.wire.frame.sbe.ScanRowsEncoder;
import io.distil.wire.frame.sbe.WatchTableEncoder;

/// Writes questions about tables into frames. The inverse is {@link TableRequestDecoder}.
final class TableRequestEncoder {
    private TableRequestEncoder() {}

    static void encode(FrameBuilder frame, Request.OfTable request) {
        switch (request) {
            case Request.ListTables r -> {
                ListTablesEncoder block = new ListTablesEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                block.credit(r.credit());
                Blocks.put(block.consistency(), r.consistency());
                frame.block(ListTablesEncoder.BLOCK_LENGTH).text(r.prefix());
            }
            case Request.OpenTableSnapshot r -> {
                OpenTableSnapshotEncoder block =
                        new OpenTableSnapshotEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.selector(), r.at());
                Blocks.put(block.consistency(), r.consistency());
                frame.block(OpenTableSnapshotEncoder.BLOCK_LENGTH).text(r.table()).keyRange(r.range());
            }
            case Request.GetRow r -> {
                GetRowEncoder block = new GetRowEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                String table = Blocks.put(block.source(), block.consistency(), r.source());
                frame.block(GetRowEncoder.BLOCK_LENGTH).text(table).bytes(r.key());
            }
            case Request.ScanRows r -> {
                ScanRowsEncoder block = new ScanRowsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                String table = Blocks.put(block.source(), block.consistency(), r.source());
                block.rowsMax(r.rowsMax()).credit(r.credit()).isBackward((short) (r.isBackward() ? 1 : 0));
                frame.block(ScanRowsEncoder.BLOCK_LENGTH).text(table).keyRange(r.range());
            }
            case Request.CountRows r -> {
                CountRowsEncoder block = new CountRowsEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                String table = Blocks.put(block.source(), block.consistency(), r.source());
                frame.block(CountRowsEncoder.BLOCK_LENGTH).text(table).keyRange(r.range());
            }
            case Request.ReadTableChanges r -> {
                ReadTableChangesEncoder block =
                        new ReadTableChangesEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                String table = Blocks.put(block.source(), block.consistency(), r.source());
                Blocks.put(block.since(), r.since());
                block.credit(r.credit());
                frame.block(ReadTableChangesEncoder.BLOCK_LENGTH).text(table).keyRange(r.range());
            }
            case Request.WatchTable r -> {
                WatchTableEncoder block = new WatchTableEncoder().wrapAndApplyHeader(frame.buffer(), 0, frame.header());
                Blocks.put(block.since(), r.since());
                block.credit(r.credit());
                frame.block(WatchTableEncoder.BLOCK_LENGTH).text(r.table()).keyRange(r.range());
            }
        }
    }
}
