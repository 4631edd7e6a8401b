package io.distil.pqm;

import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.Direction;
import io.distil.base.api.Point;
import io.distil.base.api.PointCursor;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.WindowCursor;
import io.distil.storage.segment.MemoryBlocks;
import io.distil.storage.tree.SeriesRoot;
import io.distil.storage.tree.SeriesTree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A stream made of a buffer and a tree, the way a store puts them together: the smallest caller there is.
final class BufferedStream implements AutoCloseable {
    final StreamBuffer buffer;
    private final SeriesTree tree;
    private final MemoryBlocks blocks;
    private final TreeMap<Long, SeriesRoot> rootsByMajor = new TreeMap<>();

    BufferedStream(Pqm pqm, StreamId id, SeriesTree tree, MemoryBlocks blocks) {
        this.tree = tree;
        this.blocks = blocks;
        this.buffer = pqm.open(id, 0, SeriesRoot.EMPTY);
        rootsByMajor.put(0L, SeriesRoot.EMPTY);
    }

    /// Removes the points of a range and commits, in the steps of a tablet: what is buffered becomes one commit, if there is
    /// anything, and the removal the next, always.
    static Version delete(StreamBuffer buffer, TimeRange range) {
        buffer.freeze();
        buffer.erase(range);
        return buffer.freeze();
    }

    /// Removes what was written after `since`, which is no later than the present version, as a tablet does.
    static void deleteUncommitted(StreamBuffer buffer, TimeRange range, Version since) {
        Version present = buffer.version();
        if (since.major() != present.major()) {
            delete(buffer, range);
        } else if (since.minor() < present.minor()) {
            buffer.dropUncommitted(range);
        }
    }

    /// Builds the oldest frozen commit, if there is one.
    boolean buildOne() throws IOException {
        Optional<StreamView> next = buffer.acquireNextToBuild();
        if (next.isEmpty()) {
            return false;
        }
        try (StreamView view = next.get()) {
            long major = view.version().major();
            SeriesRoot root = tree.commit(view.root(), view.overlay(), major, blocks);
            rootsByMajor.put(major, root);
            buffer.installed(major, root);
            return true;
        }
    }

    Snapshot latest() {
        return new Snapshot(buffer.acquire());
    }

    Snapshot atMajor(long major) {
        Optional<StreamView> frozen = buffer.acquireMajor(major);
        return frozen.map(Snapshot::new).orElseGet(() -> new Snapshot(Version.ofMajor(major), rootsByMajor.get(major)));
    }

    @Override
    public void close() {
        buffer.close();
    }

    /// A view, or a root the store holds.
    final class Snapshot implements StreamSnapshot {
        private final StreamView view;
        private final Version version;
        private final SeriesRoot root;

        Snapshot(StreamView view) {
            this.view = view;
            this.version = view.version();
            this.root = view.root();
        }

        Snapshot(Version version, SeriesRoot root) {
            this.view = null;
            this.version = version;
            this.root = root;
        }

        private io.distil.storage.tree.Overlay overlay() {
            return view == null ? io.distil.storage.tree.Overlay.NONE : view.overlay();
        }

        @Override
        public StreamId stream() {
            return buffer.id();
        }

        @Override
        public Version version() {
            return version;
        }

        @Override
        public PointCursor points(TimeRange range) {
            return tree.points(root, overlay(), range);
        }

        @Override
        public WindowCursor alignedWindows(TimeRange range, int widthLog2) {
            return tree.alignedWindows(root, overlay(), range, widthLog2);
        }

        @Override
        public WindowCursor windows(TimeRange range, long widthNanos, int depthLog2) {
            return tree.windows(root, overlay(), range, widthNanos, depthLog2);
        }

        @Override
        public Optional<Point> nearest(long time, Direction direction) throws IOException {
            return tree.nearest(root, overlay(), time, direction);
        }

        /// The history if it reaches back, else the trees' differences up to the built commit and the history from there.
        @Override
        public List<TimeRange> changesSince(Version since, int resolutionLog2) throws IOException {
            Optional<List<TimeRange>> exact = view.changedSince(since, resolutionLog2);
            if (exact.isPresent()) {
                return exact.get();
            }
            List<TimeRange> ranges = new ArrayList<>();
            tree.changes(
                    rootsByMajor.get(since.major()),
                    root,
                    resolutionLog2,
                    (from, until) -> ranges.add(new TimeRange(from, until)));
            ranges.addAll(view.changedSince(Version.ofMajor(view.builtMajor()), resolutionLog2).orElseThrow());
            RangeUnion union = new RangeUnion(resolutionLog2);
            ranges.forEach(range -> union.add(range.from(), range.until()));
            return union.toList();
        }

        @Override
        public void close() {
            if (view != null) {
                view.close();
            }
        }
    }
}
