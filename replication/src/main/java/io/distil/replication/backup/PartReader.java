package io.distil.replication.backup;

import io.distil.base.CorruptBlock;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.memory.MemoryReader;
import io.distil.storage.ring.Disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// Reads one part, from its first unit to its last, and checks that it is what the plan says it must be: of this backup, in
/// the ranges of its slice, in order, as many rows as it says.
final class PartReader {
    /// Takes what a part holds, in its order.
    interface Visitor {
        /// Rows of a table, ascending.
        default void rows(Slice.Piece piece, List<KeyWrite> rows) throws IOException {}

        /// All points that the stream had in `[from, until)`.
        default void points(Slice.Piece piece, long from, long until, long[] times, double[] values)
                throws IOException {}
    }

    /// How a part ends.
    ///
    /// @param isLast of its slice
    /// @param nextPiece where the next part begins, if there is one
    record End(BackupPart part, boolean isLast, int nextPiece, byte[] nextKey) {}

    private final BackupPlan plan;
    private final int slice;
    private final int number;
    private final Visitor visitor;
    private final String name;
    private Slice.Piece piece;

    /// Nothing that comes may be less.
    private byte[] least;

    private long rowCount;

    PartReader(BackupPlan plan, int slice, int number, Visitor visitor) {
        this.plan = plan;
        this.slice = slice;
        this.number = number;
        this.visitor = visitor;
        this.name = new BackupPart(slice, number, 0, 0, 0).fileName();
    }

    /// @throws CorruptBlock naming the file, if anything is wrong with it
    End read(Disk disk) throws IOException {
        try (UnitReader reader = new UnitReader(disk, name)) {
            MemoryReader header = reader.header();
            UUID id = UnitReader.uuid(header);
            int foundSlice = header.u32();
            int foundNumber = header.u32();
            if (!id.equals(plan.id()) || foundSlice != slice || foundNumber != number) {
                throw new CorruptBlock(
                        "%s is part %d of slice %d of backup %s; wanted part %d of slice %d of backup %s"
                                .formatted(name, foundNumber, foundSlice, id, number, slice, plan.id()));
            }
            while (true) {
                long at = reader.position();
                UnitReader.Unit unit = reader.next();
                MemoryReader content = reader.content(at, unit);
                switch (unit.kind()) {
                    case PIECE -> beginPiece(content);
                    case ROWS -> rows(content);
                    case POINTS -> points(content);
                    case END -> {
                        return end(reader, content);
                    }
                    default -> throw reader.corrupt(at, unit.kind() + " has no place in a part");
                }
            }
        }
    }

    private void beginPiece(MemoryReader content) throws CorruptBlock {
        int index = content.u32();
        List<Slice.Piece> pieces = plan.slices().get(slice).pieces();
        if (index >= pieces.size()) {
            throw new CorruptBlock(name + ": piece " + index + " of a slice of " + pieces.size());
        }
        piece = pieces.get(index);
        least = content.bytes();
    }

    private void rows(MemoryReader content) throws IOException {
        checkItem(BackupItem.OfTable.class);
        List<KeyWrite> rows = new ArrayList<>();
        for (int left = content.u32(); left > 0; left--) {
            byte[] key = content.bytes();
            checkOrder(key);
            rows.add(KeyWrite.set(key, content.bytes()));
            least = Arrays.copyOf(key, key.length + 1);
        }
        rowCount += rows.size();
        visitor.rows(piece, rows);
    }

    private void points(MemoryReader content) throws IOException {
        checkItem(BackupItem.OfStream.class);
        long from = content.i64();
        long until = content.i64();
        int count = content.u32();
        if (16L * count != content.remaining()) {
            throw new CorruptBlock(name + ": " + count + " points in " + content.remaining() + " bytes");
        }
        long[] times = new long[count];
        double[] values = new double[count];
        long previous = from;
        for (int i = 0; i < count; i++) {
            times[i] = content.i64();
            if (times[i] < previous || times[i] >= until) {
                throw new CorruptBlock(name + ": a point at " + times[i] + " is out of order");
            }
            previous = times[i];
        }
        for (int i = 0; i < count; i++) {
            values[i] = Double.longBitsToDouble(content.i64());
        }
        checkOrder(Slice.timeKey(from));
        least = Slice.timeKey(until);
        rowCount += count;
        visitor.points(piece, from, until, times, values);
    }

    private void checkItem(Class<? extends BackupItem> wanted) throws CorruptBlock {
        if (piece == null || !wanted.isInstance(plan.items().get(piece.item()))) {
            throw new CorruptBlock(name + ": content that does not belong to its item");
        }
    }

    private void checkOrder(byte[] key) throws CorruptBlock {
        if (Arrays.compareUnsigned(key, least) < 0 || !piece.range().contains(key)) {
            throw new CorruptBlock(
                    name + ": a key is out of order, or outside " + new KeyRange(least, piece.range().until()));
        }
    }

    private End end(UnitReader reader, MemoryReader content) throws CorruptBlock {
        long wantedRows = content.i64();
        boolean isLast = content.u32() == 1;
        int nextPiece = content.u32();
        byte[] nextKey = content.bytes();
        if (wantedRows != rowCount) {
            throw new CorruptBlock(name + " holds " + rowCount + " rows, its end says " + wantedRows);
        }
        BackupPart part = new BackupPart(slice, number, reader.position(), reader.checksum(), rowCount);
        return new End(part, isLast, nextPiece, nextKey);
    }
}
