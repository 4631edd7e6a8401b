package io.distil.replication.tablet;

import io.distil.base.CorruptBlock;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Times;
import io.distil.base.Version;
import io.distil.base.api.KeyRange;
import io.distil.base.api.PointBatch;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamKey;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.VersionSelector;
import io.distil.base.memory.MemoryReader;
import io.distil.base.memory.MemoryWriter;
import io.distil.replication.placement.Ownership;
import io.distil.replication.placement.TabletSet;
import io.distil.replication.placement.TabletSource.Part;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Copies of streams for another group, a part at a time. Any thread; keeps nothing between two parts but a list of ids that
/// it can make again.
///
/// A part begins from what the other group says it has ({@link #have}) of the streams that the token names, and brings what
/// is missing: descriptions, and commit after commit the points of the ranges in which it changed the stream. So a copy can be
/// carried on by whoever comes, and a pass over streams that the other group has costs a few bytes for each.
///
/// | bytes | token |
/// |---|---|
/// | 4 | count of streams the next part begins with |
/// | 16 each | their ids |
/// | 8, 8 | if a commit of the first one is copied in part: its major, and the time from which on points are missing |
///
/// Of the other group's answer, each stream takes 16 bytes: the major version it has there, and its property version.
final class StreamExport {
    /// Streams a token names.
    private static final int TOKEN_STREAMS = 64;

    /// Ranges that a commit is copied in; beyond that, the narrowest gaps are copied along.
    private static final int RANGE_COUNT_MAX = 1024;

    private static final int BATCH_POINTS = 8192;
    private static final long ABSENT = -1;
    private static final long OBLITERATED = -2;
    private static final byte[] END = {};

    /// Which streams a pass goes through, in order.
    private record Walk(KeyRange range, StreamId[] ids) {}

    /// A commit that is copied in part.
    private record Progress(long major, long from) {
        static final Progress NONE = new Progress(0, Times.MIN);
    }

    private record Token(List<StreamId> ids, Progress progress) {}

    private final TabletState state;
    private final Reads reads;
    private volatile Walk walk;

    StreamExport(TabletState state, Reads reads) {
        this.state = state;
        this.reads = reads;
    }

    /// What this group has of the streams a token names.
    byte[] have(byte[] token) throws CorruptBlock {
        List<StreamId> ids = decode(token).ids();
        byte[] answer = new byte[16 * ids.size()];
        MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(answer));
        for (StreamId id : ids) {
            TabletStream stream = state.streams().get(id);
            Optional<StreamDescriptor> descriptor = state.catalog().find(id);
            if (stream != null && descriptor.isPresent()) {
                writer.i64(stream.buffer().version().major()).i64(descriptor.get().propertyVersion());
            } else {
                writer.i64(state.catalog().obliterated().contains(id) ? OBLITERATED : ABSENT).i64(0);
            }
        }
        return answer;
    }

    Part export(KeyRange range, byte[] tokenBytes, byte[] have, int bytesMax) throws IOException {
        if (tokenBytes.length == 0) {
            walk = null;
            return partUpTo(new StreamParts(), range, null);
        }
        Token token = decode(tokenBytes);
        MemoryReader had = new MemoryReader().wrap(MemorySegment.ofArray(have), "what a group has of streams");
        StreamParts part = new StreamParts();
        Progress progress = token.progress();
        for (int i = 0; i < token.ids().size(); i++) {
            StreamId id = token.ids().get(i);
            Progress reached =
                    exportIfThere(part, id, Ownership.times(id, range), had.i64(), had.i64(), progress, bytesMax);
            progress = Progress.NONE;
            if (reached != null) {
                List<StreamId> rest = token.ids().subList(i, token.ids().size());
                return new Part(part.content(), encode(new Token(rest, reached)), false);
            }
        }
        return partUpTo(part, range, token.ids().getLast());
    }

    /// A part that ends after the stream `last`; null for none.
    private Part partUpTo(StreamParts part, KeyRange range, StreamId last) {
        StreamId[] ids = walk(range);
        int at = last == null ? 0 : Arrays.binarySearch(ids, last);
        int next = at < 0 ? -at - 1 : last == null ? 0 : at + 1;
        if (next == ids.length) {
            return new Part(part.content(), END, true);
        }
        List<StreamId> named = List.of(ids).subList(next, Math.min(ids.length, next + TOKEN_STREAMS));
        return new Part(part.content(), encode(new Token(named, Progress.NONE)), false);
    }

    /// The streams of a range and the ids in it that were obliterated. A pass sees those of its beginning; what is created
    /// while it runs comes with the next.
    private StreamId[] walk(KeyRange range) {
        Walk present = walk;
        if (present == null || !present.range().equals(range)) {
            List<StreamId> ids = new ArrayList<>();
            for (StreamId id : state.streams().keySet()) {
                if (TabletSet.overlap(Ownership.keys(id), range)) {
                    ids.add(id);
                }
            }
            for (StreamId id : state.catalog().obliterated()) {
                if (range.contains(StreamKey.first(id))) {
                    ids.add(id);
                }
            }
            ids.sort(null);
            present = new Walk(range, ids.toArray(StreamId[]::new));
            walk = present;
        }
        return present.ids();
    }

    /// Adds what the other group misses of a stream; nothing if it is being obliterated: the next pass will say so.
    private Progress exportIfThere(
            StreamParts part,
            StreamId id,
            TimeRange times,
            long majorThere,
            long propertyVersionThere,
            Progress progress,
            int bytesMax)
            throws IOException {
        try {
            return export(part, id, times, majorThere, propertyVersionThere, progress, bytesMax);
        } catch (Refused e) {
            if (e.code() != ErrorCode.NO_SUCH_STREAM) {
                throw e;
            }
            return null;
        }
    }

    /// Adds what the other group misses of a stream.
    ///
    /// @param times the part of the stream that is copied
    /// @return null if that is all of it, or how far it is
    private Progress export(
            StreamParts part,
            StreamId id,
            TimeRange times,
            long majorThere,
            long propertyVersionThere,
            Progress progress,
            int bytesMax)
            throws IOException {
        Optional<StreamDescriptor> descriptor = state.catalog().find(id);
        TabletStream stream = state.streams().get(id);
        if (descriptor.isEmpty() || stream == null) {
            if (state.catalog().obliterated().contains(id) && majorThere != OBLITERATED) {
                part.obliterated(id);
            }
            return null;
        }
        if (descriptor.get().propertyVersion() != propertyVersionThere) {
            part.describe(descriptor.get());
        }
        long majorHere = stream.buffer().version().major();
        for (long major = Math.max(majorThere, 0) + 1; major <= majorHere; major++) {
            long from = major == progress.major() ? progress.from() : Times.MIN;
            long reached = exportCommit(part, id, times, major, from, bytesMax);
            if (reached < Times.LIMIT) {
                return new Progress(major, reached);
            }
            if (part.bytes() >= bytesMax && major < majorHere) {
                return new Progress(major + 1, Times.MIN);
            }
        }
        return null;
    }

    /// Adds the points at `major` of the ranges that its commit changed, from a time on.
    ///
    /// @return from where on points are missing, or `Times.LIMIT` if the commit is complete
    private long exportCommit(StreamParts part, StreamId id, TimeRange times, long major, long from, int bytesMax)
            throws IOException {
        try (StreamSnapshot snapshot = reads.snapshot(id, VersionSelector.at(Version.ofMajor(major)), () -> {})) {
            List<TimeRange> touched = reads.touched(id, major);
            // Few ranges are what the mutations named. Many were joined, and the difference of the trees may be less.
            List<TimeRange> changed =
                    touched.size() < BuiltVersion.TOUCHED_COUNT_MAX || major == 1
                            ? touched
                            : TimeRange.coarsen(snapshot.changesSince(Version.ofMajor(major - 1), 0), RANGE_COUNT_MAX);
            for (TimeRange range : changed) {
                long first = Math.max(Math.max(range.from(), times.from()), from);
                long until = Math.min(range.until(), times.until());
                if (first < until) {
                    long reached = exportPoints(part, snapshot, new TimeRange(first, until), major, bytesMax);
                    if (reached < until) {
                        return reached;
                    }
                }
            }
            part.commit(id, major, touched);
            return Times.LIMIT;
        }
    }

    /// Adds the points of a range, as many items as it takes, each ending between two different times.
    ///
    /// @return the range's end, or the time at which the part was full
    private static long exportPoints(
            StreamParts part, StreamSnapshot snapshot, TimeRange range, long major, int bytesMax) throws IOException {
        long[] times = new long[BATCH_POINTS];
        double[] values = new double[BATCH_POINTS];
        int count = 0;
        long from = range.from();
        try (PointCursor cursor = snapshot.points(range);
                PointBatch batch = new PointBatch(BATCH_POINTS)) {
            while (cursor.next(batch) > 0) {
                for (int i = 0; i < batch.count(); i++) {
                    long time = batch.time(i);
                    if (count >= BATCH_POINTS && time != times[count - 1]) {
                        part.points(snapshot.stream(), major, new TimeRange(from, time), times, values, count);
                        from = time;
                        count = 0;
                        if (part.bytes() >= bytesMax) {
                            return from;
                        }
                    }
                    if (count == times.length) {
                        times = Arrays.copyOf(times, 2 * count);
                        values = Arrays.copyOf(values, 2 * count);
                    }
                    times[count] = time;
                    values[count++] = batch.value(i);
                }
            }
        }
        part.points(snapshot.stream(), major, new TimeRange(from, range.until()), times, values, count);
        return range.until();
    }

    private static byte[] encode(Token token) {
        boolean isPart = token.progress().major() > 0;
        byte[] bytes = new byte[4 + StreamId.BYTES * token.ids().size() + (isPart ? 16 : 0)];
        MemoryWriter writer = new MemoryWriter().wrap(MemorySegment.ofArray(bytes)).u32(token.ids().size());
        token.ids().forEach(id -> writer.i64(id.high()).i64(id.low()));
        if (isPart) {
            writer.i64(token.progress().major()).i64(token.progress().from());
        }
        return bytes;
    }

    private static Token decode(byte[] bytes) throws CorruptBlock {
        if (bytes.length == 0) {
            return new Token(List.of(), Progress.NONE);
        }
        MemoryReader reader = new MemoryReader().wrap(MemorySegment.ofArray(bytes), "the token of a copy");
        List<StreamId> ids = new ArrayList<>();
        for (int left = reader.u32(); left > 0; left--) {
            ids.add(new StreamId(reader.i64(), reader.i64()));
        }
        if (ids.isEmpty()) {
            throw new CorruptBlock("the token of a copy names no stream");
        }
        Progress progress = reader.remaining() == 0 ? Progress.NONE : new Progress(reader.i64(), reader.i64());
        return new Token(ids, progress);
    }
}
