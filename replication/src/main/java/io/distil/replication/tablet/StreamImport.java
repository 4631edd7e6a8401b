package io.distil.replication.tablet;

import io.distil.base.BrokenInvariant;
import io.distil.base.CorruptBlock;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.KeyRange;
import io.distil.base.api.PointColumns;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamKey;
import io.distil.base.memory.MemoryReader;
import io.distil.replication.command.CommandCodec;
import io.distil.replication.placement.Ownership;
import io.distil.replication.placement.TabletSet;
import io.distil.storage.tree.SeriesRoot;

import java.util.ArrayList;
import java.util.List;

/// Streams that come from another group, commit by commit, and streams that go. Tablet's thread.
///
/// A copy goes the way of every mutation, through log and buffer: the points of what a commit changed replace what was there
/// before, then the commit is made, under the number it has in the other group. So every replica builds the same versions,
/// and each major version of the stream answers here what it answered there.
///
/// ## Replay
///
/// An item says which major it leads to, and is done exactly if the stream is one before it. That holds live and in a
/// replay alike, where the trees of some commits of an entry may be built and those of others not. What an earlier copy of
/// the same stream left in the log, before it moved away and came back, lies before the position at which the present one
/// began, and is passed over.
final class StreamImport {
    /// A sweep removes so many streams at most: what one entry may keep the tablet's thread busy with.
    private static final int SWEPT_STREAMS_MAX = 1000;

    private final TabletState state;

    StreamImport(TabletState state) {
        this.state = state;
    }

    /// @param isFirstTime false in a replay of what the checkpoint contains, which is for the buffers only
    void importItems(long position, MemoryReader reader, boolean isFirstTime) throws CorruptBlock {
        while (reader.remaining() > 0) {
            int kind = reader.u32();
            StreamId id = new StreamId(reader.i64(), reader.i64());
            switch (kind) {
                case StreamParts.DESCRIBE -> describe(position, CommandCodec.descriptor(reader), isFirstTime);
                case StreamParts.POINTS -> {
                    long major = reader.i64();
                    TimeRange range = new TimeRange(reader.i64(), reader.i64());
                    int count = reader.u32();
                    PointColumns points = new PointColumns(reader.raw(8L * count), reader.raw(8L * count), count);
                    TabletStream stream = streamBefore(position, id, major);
                    if (stream != null) {
                        stream.buffer().replace(range, points);
                        stream.buffered(position);
                    }
                }
                case StreamParts.COMMIT -> {
                    long major = reader.i64();
                    List<TimeRange> touched = ranges(reader);
                    TabletStream stream = streamBefore(position, id, major);
                    if (stream != null) {
                        stream.buffer().touch(touched);
                        stream.buffered(position);
                        state.freeze(stream, position);
                    }
                }
                case StreamParts.OBLITERATED -> {
                    if (isFirstTime) {
                        obliterate(id);
                    }
                }
                default -> throw new CorruptBlock("item of unknown kind " + kind + " of stream " + id);
            }
        }
    }

    private static List<TimeRange> ranges(MemoryReader reader) throws CorruptBlock {
        List<TimeRange> ranges = new ArrayList<>();
        for (int left = reader.u32(); left > 0; left--) {
            ranges.add(new TimeRange(reader.i64(), reader.i64()));
        }
        return ranges;
    }

    private void describe(long position, StreamDescriptor descriptor, boolean isFirstTime) {
        if (!isFirstTime) {
            return;
        }
        StreamId id = descriptor.id();
        state.catalog().put(descriptor);
        if (!state.streams().containsKey(id)) {
            // Born one entry earlier: points of this very entry belong to it.
            state.addStream(id, 0, SeriesRoot.EMPTY, position - 1);
        }
        state.dirty().stream(id);
    }

    /// The stream if what leads to `major` is to be done to it now, or null if it was.
    private TabletStream streamBefore(long position, StreamId id, long major) {
        TabletStream stream = state.streams().get(id);
        if (stream == null || position < stream.builtThrough()) {
            return null;
        }
        long present = stream.buffer().version().major();
        BrokenInvariant.check(
                present >= major - 1,
                "a copy of stream " + id + " goes on with commit " + major + ", and is at " + present);
        return present == major - 1 ? stream : null;
    }

    private void obliterate(StreamId id) {
        if (state.streams().containsKey(id)) {
            state.catalog().forget(id);
            remove(id);
        }
        state.catalog().putObliterated(id);
        state.dirty().obliterated(id);
    }

    private void remove(StreamId id) {
        TabletStream stream = state.streams().remove(id);
        stream.markObliterated();
        state.discard(stream);
    }

    /// Commits what is buffered of the streams in a range, so that all of them stand at a major version.
    void seal(long position, KeyRange range) {
        for (TabletStream stream : state.streams().values()) {
            if (TabletSet.overlap(Ownership.keys(stream.id()), range)) {
                state.freeze(stream, position);
            }
        }
    }

    /// As {@link #seal}, in a replay: only for streams whose trees do not contain it.
    void reseal(long position, KeyRange range) {
        for (TabletStream stream : state.streams().values()) {
            if (position > stream.builtThrough() && TabletSet.overlap(Ownership.keys(stream.id()), range)) {
                state.freeze(stream, position);
            }
        }
    }

    /// Removes some of what is left of a tablet. Of a stream that lies only in part in the range, the points of that part
    /// are erased from its present version; its older versions go when the stream goes.
    ///
    /// @return true if nothing is left
    boolean sweep(long position, KeyRange range) {
        int left = SWEPT_STREAMS_MAX;
        for (TabletStream stream : List.copyOf(state.streams().values())) {
            KeyRange keys = Ownership.keys(stream.id());
            if (!TabletSet.overlap(keys, range)) {
                continue;
            }
            if (left-- == 0) {
                return false;
            }
            if (Ownership.contains(range, keys)) {
                state.catalog().forget(stream.id());
                remove(stream.id());
                state.dirty().departed(stream.id());
            } else {
                erasePart(position, stream, Ownership.times(stream.id(), range));
            }
        }
        return sweepObliterated(range, left);
    }

    /// As {@link #sweep}, in a replay: only what it did to buffers.
    void resweep(long position, KeyRange range) {
        for (TabletStream stream : state.streams().values()) {
            KeyRange keys = Ownership.keys(stream.id());
            boolean isPart = TabletSet.overlap(keys, range) && !Ownership.contains(range, keys);
            if (isPart && position > stream.builtThrough()) {
                erasePart(position, stream, Ownership.times(stream.id(), range));
            }
        }
    }

    private void erasePart(long position, TabletStream stream, TimeRange part) {
        stream.buffer().erase(part);
        stream.buffered(position);
    }

    private boolean sweepObliterated(KeyRange range, int left) {
        for (StreamId id : List.copyOf(state.catalog().obliterated())) {
            if (range.contains(StreamKey.first(id))) {
                if (left-- == 0) {
                    return false;
                }
                state.catalog().forgetObliterated(id);
                state.dirty().departed(id);
            }
        }
        return true;
    }
}
