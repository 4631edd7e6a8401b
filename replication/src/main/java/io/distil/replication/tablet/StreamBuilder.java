package io.distil.replication.tablet;

import io.distil.base.Refused;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.pqm.StreamView;
import io.distil.replication.flush.FlushTask;
import io.distil.storage.segment.BlockWriter;
import io.distil.storage.tree.SeriesRoot;
import io.distil.storage.tree.SeriesTree;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// Makes the trees of streams' frozen layers: one at a time for a stream, so that its majors follow each other. Owned by the
/// tablet's thread; the building itself runs on the flusher's.
final class StreamBuilder {
    private record Built(long major, BuiltVersion version) {}

    private final SeriesTree tree;
    private final Consumer<FlushTask> flusher;
    private final Consumer<TabletStream> installed;

    /// @param installed told of a stream whose newest tree is another one now
    StreamBuilder(SeriesTree tree, Consumer<FlushTask> flusher, Consumer<TabletStream> installed) {
        this.tree = tree;
        this.flusher = flusher;
        this.installed = installed;
    }

    /// The stream has a commit without a tree.
    void frozen(TabletStream stream) {
        if (!stream.isBuilding()) {
            stream.setBuilding(true);
            flusher.accept(store -> {
                Built built = build(stream, store.writer());
                return () -> install(stream, built);
            });
        }
    }

    /// Flusher's thread.
    ///
    /// @return null if nobody wants the tree, because the stream is obliterated
    private Built build(TabletStream stream, BlockWriter writer) throws IOException {
        if (stream.isObliterated()) {
            return null;
        }
        try (StreamView view = stream.buffer().acquireNextToBuild().orElseThrow()) {
            long major = view.version().major();
            SeriesRoot root = tree.commit(view.root(), view.overlay(), major, writer);
            // Always known: a commit that is not built keeps its history.
            List<TimeRange> touched = view.changedSince(Version.ofMajor(major - 1), 0).orElseThrow();
            return new Built(major, new BuiltVersion(root, touched));
        } catch (Refused obliterated) {
            return null;
        }
    }

    /// Tablet's thread.
    private void install(TabletStream stream, Built built) {
        stream.setBuilding(false);
        if (built == null || stream.isObliterated()) {
            return;
        }
        stream.built(built.major(), built.version());
        installed.accept(stream);
        if (stream.hasPendingCommit()) {
            frozen(stream);
        }
    }
}
