package io.distil.replication.backup;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.TimeRange;
import io.distil.base.api.KeyRange;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointColumns;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.replication.backup.BackupFormat.Kind;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// Writes the parts of one slice, one after the other; goes on behind the last part that is whole. Used once, by one thread.
final class SliceWriter {
    private static final int PAGE_ROWS = 256;
    private static final int BATCH_POINTS = 1 << 15;
    private static final byte[] NO_KEY = {};

    private final BackupPlan plan;
    private final int index;
    private final BackupSource source;
    private final Disk disk;
    private final long partBytes;
    private final List<BackupPart> parts = new ArrayList<>();

    /// Where the next unit begins: a piece of the slice, and a key in it.
    private int piece;

    private byte[] from;
    private boolean isDone;
    private UnitWriter writer;
    private long rowCount;

    SliceWriter(BackupPlan plan, int index, BackupSource source, Disk disk, long partBytes) {
        this.plan = plan;
        this.index = index;
        this.source = source;
        this.disk = disk;
        this.partBytes = partBytes;
        this.from = pieces().getFirst().range().from();
    }

    private List<Slice.Piece> pieces() {
        return plan.slices().get(index).pieces();
    }

    /// @param finished told of every part that is durable, but for its name
    List<BackupPart> write(Consumer<BackupPart> finished) throws IOException {
        takeWhatIsThere(finished);
        while (!isDone) {
            BackupPart part = writePart();
            parts.add(part);
            finished.accept(part);
        }
        return parts;
    }

    private void takeWhatIsThere(Consumer<BackupPart> finished) throws IOException {
        while (!isDone) {
            int number = parts.size() + 1;
            if (!disk.exists(new BackupPart(index, number, 0, 0, 0).fileName())) {
                return;
            }
            PartReader.End end;
            try {
                end = new PartReader(plan, index, number, new PartReader.Visitor() {}).read(disk);
            } catch (CorruptBlock unfinished) {
                return;
            }
            parts.add(end.part());
            finished.accept(end.part());
            isDone = end.isLast();
            piece = end.nextPiece();
            from = end.nextKey();
        }
    }

    private BackupPart writePart() throws IOException {
        BackupPart part = new BackupPart(index, parts.size() + 1, 0, 0, 0);
        rowCount = 0;
        try (UnitWriter opened = new UnitWriter(disk, part.fileName())) {
            writer = opened;
            writer.unit(
                    Kind.HEADER,
                    BackupPlan.bytes(
                            36,
                            w ->
                                    w.i64(BackupFormat.MAGIC)
                                            .u32(BackupFormat.FORMAT)
                                            .i64(plan.id().getMostSignificantBits())
                                            .i64(plan.id().getLeastSignificantBits())
                                            .u32(index)
                                            .u32(part.number())));
            do {
                writePiece();
            } while (!isDone && writer.rawBytes() < partBytes);
            writer.unit(
                    Kind.END,
                    BackupPlan.bytes(
                            20 + from.length, w -> w.i64(rowCount).u32(isDone ? 1 : 0).u32(piece).bytes(from)));
            writer.finish();
            return new BackupPart(index, part.number(), writer.bytes(), writer.checksum(), rowCount);
        }
    }

    /// Writes the present piece from `from` on, to its end, or until the part is full.
    private void writePiece() throws IOException {
        Slice.Piece present = pieces().get(piece);
        byte[] beginning = from;
        writer.unit(Kind.PIECE, BackupPlan.bytes(8 + beginning.length, w -> w.u32(piece).bytes(beginning)));
        boolean isWhole =
                switch (plan.items().get(present.item())) {
                    case BackupItem.OfTable table -> writeRows(table, present.range().until());
                    case BackupItem.OfStream stream -> writePoints(stream, Slice.time(present.range().until()));
                };
        if (isWhole) {
            piece++;
            isDone = piece == pieces().size();
            from = isDone ? NO_KEY : pieces().get(piece).range().from();
        }
    }

    private boolean writeRows(BackupItem.OfTable table, byte[] until) throws IOException {
        List<TableRow> unit = new ArrayList<>();
        long unitBytes = 0;
        KeyRange range = new KeyRange(from, until);
        try (TableSnapshot snapshot = source.snapshot(table, range);
                TableCursor<TableRow> cursor = snapshot.scan(range, false)) {
            for (List<TableRow> page = cursor.next(PAGE_ROWS); !page.isEmpty(); page = cursor.next(PAGE_ROWS)) {
                for (TableRow row : page) {
                    unit.add(row);
                    unitBytes += 8 + row.key().length + row.value().length;
                    if (unitBytes >= Math.min(BackupFormat.UNIT_BYTES, partBytes)) {
                        writeRows(unit, unitBytes);
                        unit.clear();
                        unitBytes = 0;
                        from = Arrays.copyOf(row.key(), row.key().length + 1);
                        if (writer.rawBytes() >= partBytes) {
                            return false;
                        }
                    }
                }
            }
        }
        if (!unit.isEmpty()) {
            writeRows(unit, unitBytes);
        }
        return true;
    }

    private void writeRows(List<TableRow> rows, long bytes) throws IOException {
        writer.unit(
                Kind.ROWS,
                BackupPlan.bytes(
                        Math.toIntExact(4 + bytes),
                        w -> {
                            w.u32(rows.size());
                            rows.forEach(row -> w.bytes(row.key()).bytes(row.value()));
                        }));
        rowCount += rows.size();
    }

    /// Points of one time are never torn apart: a unit is what the stream had in a range, and can be put there again however
    /// often.
    private boolean writePoints(BackupItem.OfStream stream, long until) throws IOException {
        PointList held = new PointList();
        try (StreamSnapshot snapshot = source.snapshot(stream);
                PointCursor cursor = snapshot.points(new TimeRange(Slice.time(from), until));
                PointBatch batch = new PointBatch((int) Math.clamp(partBytes / 16, 1, BATCH_POINTS))) {
            while (cursor.next(batch) > 0) {
                held.add(batch);
                int whole = held.beginOfLastTime();
                if (whole > 0) {
                    long next = held.time(whole);
                    writePoints(held, whole, next);
                    held.removeFirst(whole);
                    if (writer.rawBytes() >= partBytes) {
                        return false;
                    }
                } else if (held.count() > PointColumns.COUNT_MAX) {
                    throw new Refused(
                            ErrorCode.BATCH_TOO_LARGE,
                            "%s has more than %d points at time %d, which no mutation could restore"
                                    .formatted(stream.title(), PointColumns.COUNT_MAX, held.time(0)));
                }
            }
        }
        if (held.count() > 0) {
            writePoints(held, held.count(), until);
        }
        return true;
    }

    private void writePoints(PointList points, int count, long until) throws IOException {
        writer.unit(
                Kind.POINTS,
                BackupPlan.bytes(
                        20 + 16 * count,
                        w -> {
                            w.i64(Slice.time(from)).i64(until).u32(count);
                            points.write(w, count);
                        }));
        rowCount += count;
        from = Slice.timeKey(until);
    }
}
