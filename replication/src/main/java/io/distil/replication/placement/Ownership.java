package io.distil.replication.placement;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.api.ClusterMap;
import io.distil.base.api.KeyRange;
import io.distil.base.api.KeyWrite;
import io.distil.base.api.Mutation;
import io.distil.base.api.PointColumns;
import io.distil.base.api.StreamKey;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Which keys a mutation or a read is about, held against what a group owns. Asked when a mutation is admitted, so that few
/// reach the log in vain, and again when it is applied, which is what counts.
public final class Ownership {
    /// Streams are split at multiples of this, about six and a half days: windows up to this width lie in one part.
    public static final int TIME_SPLIT_LOG2 = 49;

    private Ownership() {}

    /// All keys of a stream: the last legal time lies below the range's end.
    public static KeyRange keys(StreamId stream) {
        return new KeyRange(StreamKey.first(stream), StreamKey.of(stream, Long.MAX_VALUE));
    }

    /// The keys of a stream's points in a range of time.
    public static KeyRange keys(StreamId stream, TimeRange range) {
        return new KeyRange(StreamKey.of(stream, range.from()), StreamKey.of(stream, range.until()));
    }

    /// @throws Refused `WRONG_TABLET` if a part of the mutation is not (or not now) this group's to do
    public static void checkWrite(TabletSet tablets, Mutation mutation) {
        if (tablets.isWhole()) {
            return;
        }
        switch (mutation) {
            case Mutation.Insert m -> checkPoints(tablets, m.stream(), m.points());
            case Mutation.Delete m -> checkRange(tablets, m.stream(), m.range());
            case Mutation.DeleteUncommitted m -> checkRange(tablets, m.stream(), m.range());
            case Mutation.Flush m -> checkAnyPart(tablets, m.stream());
            case Mutation.Obliterate m -> checkAnyPart(tablets, m.stream());
            case Mutation.Create m -> tablets.checkWrite(ClusterMap.STREAMS, StreamKey.first(m.descriptor().id()));
            case Mutation.Annotate m -> tablets.checkWrite(ClusterMap.STREAMS, StreamKey.first(m.stream()));
            case Mutation.Atomic m -> {
                for (Mutation.Replace replace : m.replacements()) {
                    checkRange(tablets, replace.stream(), replace.range());
                }
            }
            case Mutation.WriteTable m -> {
                TableBody body = TableBody.ofName(m.table());
                for (KeyWrite write : m.writes()) {
                    checkRow(tablets, body, write.key());
                }
            }
            case Mutation.FlushTable m -> checkBody(tablets, TableBody.ofName(m.table()));
            case Mutation.CreateTable m -> checkRoot(tablets, m.table());
            case Mutation.DropTable m -> {
                checkRoot(tablets, m.table());
                checkUndivided(tablets, m.table());
            }
            case Mutation.OfTablets _ -> {
                // Judged by the rules of tablets.
            }
        }
    }

    /// A stream that lies whole in one tablet is the usual case, and then its points need not be looked at.
    private static void checkPoints(TabletSet tablets, StreamId stream, PointColumns points) {
        KeyRange all = keys(stream);
        boolean isWhole =
                tablets.at(ClusterMap.STREAMS, all.from())
                        .filter(tablet -> tablet.isWritable() && contains(tablet.range(), all))
                        .isPresent();
        if (isWhole || points.count() == 0) {
            return;
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (int i = 0; i < points.count(); i++) {
            first = Math.min(first, points.time(i));
            last = Math.max(last, points.time(i));
        }
        tablets.checkWrite(
                ClusterMap.STREAMS, new KeyRange(StreamKey.of(stream, first), StreamKey.of(stream, last + 1)));
    }

    private static void checkRange(TabletSet tablets, StreamId stream, TimeRange range) {
        tablets.checkWrite(ClusterMap.STREAMS, keys(stream, range));
    }

    /// What concerns the whole of a stream that is split by time goes to every group that has a part of it.
    private static void checkAnyPart(TabletSet tablets, StreamId stream) {
        KeyRange all = keys(stream);
        int partCount = 0;
        for (OwnedTablet tablet : tablets.tablets(ClusterMap.STREAMS)) {
            if (tablet.occupies() && TabletSet.overlap(tablet.range(), all)) {
                if (!tablet.isWritable()) {
                    throw new Refused(
                            ErrorCode.WRONG_TABLET, "stream " + stream + " cannot be changed in a part: " + tablet);
                }
                partCount++;
            }
        }
        if (partCount == 0) {
            throw new Refused(ErrorCode.WRONG_TABLET, "group " + tablets.group() + " has no part of stream " + stream);
        }
    }

    private static void checkRow(TabletSet tablets, TableBody body, byte[] key) {
        tablets.checkWrite(body.space(), key);
        if (tablets.at(body.space(), key).orElseThrow().body() != body.body()) {
            throw new Refused(
                    ErrorCode.WRONG_TABLET,
                    "the tablet of table '" + body.space() + "' has left meanwhile, and come back");
        }
    }

    /// A commit of a body concerns all tablets that share it; a copy is committed as the original was, and not otherwise.
    private static void checkBody(TabletSet tablets, TableBody body) {
        int tabletCount = 0;
        for (OwnedTablet tablet : tablets.tablets(body.space())) {
            if (tablet.occupies() && tablet.body() == body.body()) {
                if (tablet.state() == OwnedTablet.State.LOADING) {
                    throw new Refused(ErrorCode.WRONG_TABLET, "a copy is not complete: " + tablet);
                }
                tabletCount++;
            }
        }
        if (tabletCount == 0) {
            throw new Refused(
                    ErrorCode.WRONG_TABLET,
                    "group " + tablets.group() + " has no part of table '" + body.space() + "'");
        }
    }

    private static void checkRoot(TabletSet tablets, String table) {
        if (tablets.group() != ClusterMap.ROOT_GROUP) {
            throw new Refused(
                    ErrorCode.WRONG_TABLET, "table '" + table + "' is created and dropped in the root group alone");
        }
    }

    private static void checkUndivided(TabletSet tablets, String table) {
        boolean isUndivided = tablets.tablets(table).stream().allMatch(t -> t.isWritable() && t.body() == 0);
        try {
            tablets.checkWrite(table, KeyRange.ALL);
        } catch (Refused e) {
            isUndivided = false;
        }
        if (!isUndivided) {
            throw new Refused(
                    ErrorCode.CLUSTER_CONFLICT,
                    "table '" + table + "' has tablets in other groups, or such as came back; delete its rows instead");
        }
    }

    /// The mutation as a group logs it: a table's name becomes that of the body which has the rows, so that a replay finds
    /// them, wherever the tablet is by then.
    ///
    /// @throws Refused `WRONG_TABLET`
    public static Mutation inBody(TabletSet tablets, Mutation mutation) {
        if (tablets.isWhole()) {
            return mutation;
        }
        return switch (mutation) {
            case Mutation.WriteTable m when !m.writes().isEmpty() -> {
                long body = bodyOf(tablets, m);
                yield body == 0 ? m : new Mutation.WriteTable(new TableBody(m.table(), body).name(), m.writes());
            }
            case Mutation.FlushTable m ->
                    tablets.tablets(m.table()).stream()
                            .filter(OwnedTablet::isWritable)
                            .findFirst()
                            .<Mutation>map(
                                    tablet -> new Mutation.FlushTable(new TableBody(m.table(), tablet.body()).name()))
                            .orElse(m);
            default -> mutation;
        };
    }

    private static long bodyOf(TabletSet tablets, Mutation.WriteTable write) {
        long body = -1;
        for (KeyWrite w : write.writes()) {
            tablets.checkWrite(write.table(), w.key());
            long bodyOfKey = tablets.at(write.table(), w.key()).orElseThrow().body();
            if (body >= 0 && bodyOfKey != body) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT,
                        "a batch writes rows of two tablets of table '"
                                + write.table()
                                + "'; only one at once is possible");
            }
            body = bodyOfKey;
        }
        return body;
    }

    /// The body that has all rows of a range.
    ///
    /// @throws Refused `WRONG_TABLET` if the range is not this group's, `INVALID_ARGUMENT` if it lies in several bodies
    public static TableBody bodyOf(TabletSet tablets, String table, KeyRange range) {
        List<OwnedTablet> runs = runsOf(tablets, table, range);
        if (runs.size() > 1) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "the range lies in several tablets of table '"
                            + table
                            + "' that count their versions apart; ask for one of them");
        }
        return new TableBody(table, runs.getFirst().body());
    }

    /// The tablets of a range in the order of keys, neighbours with one body as one; of their components only range and body
    /// are meant.
    ///
    /// @throws Refused `WRONG_TABLET` if the range is not this group's
    public static List<OwnedTablet> runsOf(TabletSet tablets, String table, KeyRange range) {
        tablets.checkRead(table, range);
        List<OwnedTablet> runs = new ArrayList<>();
        for (OwnedTablet tablet : tablets.tablets(table)) {
            boolean isAsked =
                    tablet.occupies()
                            && (TabletSet.overlap(tablet.range(), range) || tablet.range().contains(range.from()));
            if (isAsked && !runs.isEmpty() && runs.getLast().body() == tablet.body()) {
                OwnedTablet last = runs.removeLast();
                runs.add(last.serving(last.generation(), new KeyRange(last.range().from(), tablet.range().until())));
            } else if (isAsked) {
                runs.add(tablet);
            }
        }
        return runs;
    }

    /// The times of a stream whose keys lie in `range`; one that overlaps the stream's.
    public static TimeRange times(StreamId stream, KeyRange range) {
        long from = timeOf(stream, range.from(), Times.MIN);
        long until = range.until() == null ? Times.LIMIT : timeOf(stream, range.until(), Times.LIMIT);
        return new TimeRange(from, until);
    }

    /// @param otherwise if the key is none of the stream's, and so lies before or behind all of them
    private static long timeOf(StreamId stream, byte[] key, long otherwise) {
        if (key.length < StreamKey.BYTES || !keys(stream).contains(key)) {
            return otherwise;
        }
        long time = ByteBuffer.wrap(key).getLong(StreamId.BYTES) ^ Long.MIN_VALUE;
        return Math.clamp(time, Times.MIN, Times.LIMIT);
    }

    /// Refuses a key at which a space cannot be split: a stream only at a time that is a boundary of wide windows, so that
    /// the statistics of its parts add up.
    static void checkBoundary(String space, byte[] key) {
        if (!space.equals(ClusterMap.STREAMS) || key.length <= StreamId.BYTES) {
            return;
        }
        if (key.length != StreamKey.BYTES) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "a key of " + key.length + " bytes is no place to split streams at; wanted at most 16, or 24");
        }
        long time = ByteBuffer.wrap(key).getLong(StreamId.BYTES) ^ Long.MIN_VALUE;
        boolean isFirstOfStream = time <= Times.MIN;
        if (!isFirstOfStream && (!Times.isLegal(time) || Times.alignDown(time, TIME_SPLIT_LOG2) != time)) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    "a stream is split at a multiple of 2^" + TIME_SPLIT_LOG2 + " ns, not at " + time);
        }
    }

    public static boolean contains(KeyRange outer, KeyRange inner) {
        boolean endsInside =
                outer.until() == null
                        || inner.until() != null && Arrays.compareUnsigned(inner.until(), outer.until()) <= 0;
        return Arrays.compareUnsigned(outer.from(), inner.from()) <= 0 && endsInside;
    }
}
