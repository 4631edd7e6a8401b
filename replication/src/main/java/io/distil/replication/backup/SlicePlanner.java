package io.distil.replication.backup;

import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.KeyRange;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.TableCursor;
import io.distil.base.api.TableRow;
import io.distil.base.api.TableSnapshot;
import io.distil.base.api.WindowBatch;
import io.distil.base.api.WindowCursor;

import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Divides what is to be backed up into slices of about the size of a part, by the counts that inner nodes have: reads no
/// points, and of a table only a few rows. Small items share a slice; large ones are cut into several, which are then written
/// at once.
final class SlicePlanner {
    private static final int POINT_BYTES = 16;
    private static final int SAMPLE_ROWS = 64;

    /// Halvings of a range of keys; by then pieces are small, or the keys lie so that halving does not help.
    private static final int DEPTH_MAX = 40;

    /// How many windows a window that holds too many points is looked at in.
    private static final int CHILDREN_LOG2 = 4;

    private final BackupSource source;
    private final long partBytes;
    private final List<Slice> slices = new ArrayList<>();
    private List<Slice.Piece> open = new ArrayList<>();
    private long openBytes;

    SlicePlanner(BackupSource source, long partBytes) {
        this.source = source;
        this.partBytes = partBytes;
    }

    /// @param ranges of each item; all keys, but for a table that lies in several groups
    List<Slice> plan(List<BackupItem> items, List<KeyRange> ranges) throws IOException {
        for (int i = 0; i < items.size(); i++) {
            switch (items.get(i)) {
                case BackupItem.OfTable table -> cut(i, table, ranges.get(i));
                case BackupItem.OfStream stream -> cut(i, stream);
            }
        }
        closeSlice();
        return slices;
    }

    /// Adds a piece to the slice that is being filled, or to a new one if it does not fit.
    private void add(int item, KeyRange range, long bytes) {
        if (openBytes > 0 && openBytes + bytes > partBytes) {
            closeSlice();
        }
        open.add(new Slice.Piece(item, range));
        openBytes += bytes;
    }

    private void closeSlice() {
        if (!open.isEmpty()) {
            slices.add(new Slice(open));
            open = new ArrayList<>();
            openBytes = 0;
        }
    }

    private void cut(int item, BackupItem.OfTable table, KeyRange range) throws IOException {
        try (TableSnapshot snapshot = source.snapshot(table, range)) {
            cut(item, snapshot, range, snapshot.count(range), rowBytes(snapshot, range), 0);
        }
    }

    private static long rowBytes(TableSnapshot snapshot, KeyRange range) throws IOException {
        long bytes = 0;
        int count = 0;
        try (TableCursor<TableRow> cursor = snapshot.scan(range, false)) {
            for (TableRow row : cursor.next(SAMPLE_ROWS)) {
                bytes += 8 + row.key().length + row.value().length;
                count++;
            }
        }
        return count == 0 ? 1 : Math.max(1, bytes / count);
    }

    private void cut(int item, TableSnapshot snapshot, KeyRange range, long count, long rowBytes, int depth)
            throws IOException {
        byte[] middle = count * rowBytes > partBytes && depth < DEPTH_MAX ? middle(snapshot, range) : null;
        if (middle == null) {
            add(item, range, count * rowBytes);
            return;
        }
        KeyRange left = new KeyRange(range.from(), middle);
        long leftCount = snapshot.count(left);
        cut(item, snapshot, left, leftCount, rowBytes, depth + 1);
        cut(item, snapshot, new KeyRange(middle, range.until()), count - leftCount, rowBytes, depth + 1);
    }

    /// A key in the middle between the first and the last one of the range, or null if there is none in between.
    private static byte[] middle(TableSnapshot snapshot, KeyRange range) throws IOException {
        byte[] first = edge(snapshot, range, false);
        byte[] last = edge(snapshot, range, true);
        int bytes = Math.max(first.length, last.length) + 1;
        BigInteger sum = number(first, bytes).add(number(last, bytes));
        byte[] half = sum.shiftRight(1).toByteArray();
        byte[] middle = new byte[bytes];
        int copied = Math.min(bytes, half.length);
        System.arraycopy(half, half.length - copied, middle, bytes - copied, copied);
        boolean isBetween = Arrays.compareUnsigned(first, middle) < 0 && Arrays.compareUnsigned(middle, last) <= 0;
        return isBetween ? middle : null;
    }

    private static byte[] edge(TableSnapshot snapshot, KeyRange range, boolean backward) throws IOException {
        try (TableCursor<TableRow> cursor = snapshot.scan(range, backward)) {
            return cursor.next(1).getFirst().key();
        }
    }

    private static BigInteger number(byte[] key, int bytes) {
        return new BigInteger(1, Arrays.copyOf(key, bytes));
    }

    private void cut(int item, BackupItem.OfStream stream) throws IOException {
        try (StreamSnapshot snapshot = source.snapshot(stream)) {
            TimeCuts cuts = new TimeCuts(item);
            cut(snapshot, TimeRange.ALL, Times.SPAN_WIDTH_LOG2, cuts);
            cuts.end();
        }
    }

    /// Goes from wide windows to narrow ones, and only into those that hold too many points.
    private void cut(StreamSnapshot snapshot, TimeRange range, int widthLog2, TimeCuts cuts) throws IOException {
        try (WindowCursor cursor = snapshot.alignedWindows(range, widthLog2);
                WindowBatch batch = new WindowBatch(1 << CHILDREN_LOG2)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    long start = batch.start(i);
                    if (batch.points(i) * POINT_BYTES > partBytes && widthLog2 > 0) {
                        int narrower = Math.max(0, widthLog2 - CHILDREN_LOG2);
                        cut(snapshot, new TimeRange(start, start + (1L << widthLog2)), narrower, cuts);
                    } else {
                        cuts.window(start, batch.points(i) * POINT_BYTES);
                    }
                }
            }
        }
    }

    /// Joins windows to pieces of about the size of a part.
    private final class TimeCuts {
        private final int item;
        private long from = Times.MIN;
        private long bytes;

        TimeCuts(int item) {
            this.item = item;
        }

        void window(long start, long windowBytes) {
            if (bytes > 0 && bytes + windowBytes > partBytes) {
                add(item, new KeyRange(Slice.timeKey(from), Slice.timeKey(start)), bytes);
                from = start;
                bytes = 0;
            }
            bytes += windowBytes;
        }

        void end() {
            add(item, new KeyRange(Slice.timeKey(from), Slice.timeKey(Times.LIMIT)), bytes);
        }
    }
}
