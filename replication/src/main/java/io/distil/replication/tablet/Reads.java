package io.distil.replication.tablet;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.VersionSelector;
import io.distil.pqm.StreamView;
import io.distil.storage.store.Store;
import io.distil.storage.tree.Overlay;
import io.distil.storage.tree.SeriesRoot;
import io.distil.storage.tree.SeriesTree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds what a version of a stream is made of: the buffer's view of it, or a root alone. Any thread.
///
/// A major version is, from its birth on: a frozen layer over an older root, in the buffer's views; then a root not saved
/// yet, in {@link TabletStream#unsavedVersions}; then a root in the store's keyed tree. It appears in the next place before it
/// leaves the one before, so a reader that looks in this order finds it.
final class Reads {
    private final TabletState state;
    private final Store store;
    private final SeriesTree tree;

    Reads(TabletState state, Store store, SeriesTree tree) {
        this.state = state;
        this.store = store;
        this.tree = tree;
    }

    /// The stream at a version, whoever it belongs to.
    ///
    /// @param released called when the snapshot is closed
    TabletSnapshot snapshot(StreamId id, VersionSelector at, Runnable released) throws IOException {
        TabletStream stream = state.stream(id);
        StreamView latest = stream.buffer().acquire();
        switch (at) {
            case VersionSelector.Latest _ -> {
                return ofView(stream, latest, released);
            }
            case VersionSelector.Exactly(Version version) -> {
                if (version.equals(latest.version())) {
                    return ofView(stream, latest, released);
                }
                Version present = latest.version();
                long builtMajor = latest.builtMajor();
                latest.close();
                if (version.minor() != 0 || version.compareTo(present) > 0) {
                    throw notAvailable(id, version, present);
                }
                if (version.major() > builtMajor) {
                    Optional<StreamView> frozen = stream.buffer().acquireMajor(version.major());
                    if (frozen.isPresent()) {
                        return ofView(stream, frozen.get(), released);
                    }
                }
                return ofRoot(stream, version, built(stream, version.major(), present).root(), released);
            }
        }
    }

    /// Where a commit touched the stream: at least one range, and nothing left out.
    List<TimeRange> touched(StreamId id, long major) throws IOException {
        TabletStream stream = state.stream(id);
        Optional<StreamView> frozen = stream.buffer().acquireMajor(major);
        if (frozen.isPresent()) {
            try (StreamView view = frozen.get()) {
                if (major > view.builtMajor()) {
                    // Always known: a commit that is not built keeps its history.
                    List<TimeRange> ranges = view.changedSince(Version.ofMajor(major - 1), 0).orElseThrow();
                    return TimeRange.coarsen(ranges, BuiltVersion.TOUCHED_COUNT_MAX);
                }
            }
        }
        return built(stream, major, stream.buffer().version()).touched();
    }

    private TabletSnapshot ofView(TabletStream stream, StreamView view, Runnable released) {
        return new TabletSnapshot(
                stream.id(),
                view.version(),
                tree,
                view.root(),
                view.overlay(),
                (since, resolutionLog2) -> changes(stream, since, view, resolutionLog2),
                () -> {
                    view.close();
                    released.run();
                });
    }

    private TabletSnapshot ofRoot(TabletStream stream, Version version, SeriesRoot root, Runnable released) {
        return new TabletSnapshot(
                stream.id(),
                version,
                tree,
                root,
                Overlay.NONE,
                (since, resolutionLog2) -> changesOfTrees(stream, since, version, root, resolutionLog2),
                released);
    }

    /// The buffer's history where it reaches back far enough; otherwise what two trees differ in, and the history since.
    private List<TimeRange> changes(TabletStream stream, Version since, StreamView view, int resolutionLog2)
            throws IOException {
        Optional<List<TimeRange>> exact = view.changedSince(since, resolutionLog2);
        if (exact.isPresent()) {
            return exact.get();
        }
        List<TimeRange> ranges =
                changesOfTrees(stream, since, Version.ofMajor(view.builtMajor()), view.root(), resolutionLog2);
        ranges.addAll(
                view.changedSince(Version.ofMajor(view.builtMajor()), resolutionLog2)
                        .orElseThrow(() ->
                                new BrokenInvariant(
                                        "stream "
                                                + stream.id()
                                                + " has forgotten what its buffer changed"
                                                + " since the tree of version "
                                                + view.builtMajor())));
        return TimeRange.union(ranges);
    }

    /// What two trees differ in; and since a minor version, where the commit it became part of touched the stream.
    ///
    /// The tempting answer for a minor version, the difference to the tree its commit began from, leaves changes out: a
    /// point that was buffered at 1.7, committed in 2 and deleted in 3 is neither in the tree of 1 nor in that of 3.
    private List<TimeRange> changesOfTrees(
            TabletStream stream, Version since, Version until, SeriesRoot root, int resolutionLog2) throws IOException {
        if (since.minor() == 0) {
            return differences(built(stream, since.major(), until).root(), root, resolutionLog2);
        }
        BuiltVersion commit = built(stream, since.major() + 1, until);
        List<TimeRange> ranges = differences(commit.root(), root, resolutionLog2);
        commit.touched().forEach(range -> ranges.add(range.alignOutward(resolutionLog2)));
        return new ArrayList<>(TimeRange.union(ranges));
    }

    private List<TimeRange> differences(SeriesRoot before, SeriesRoot after, int resolutionLog2) throws IOException {
        List<TimeRange> ranges = new ArrayList<>();
        tree.changes(before, after, resolutionLog2, (from, until) -> ranges.add(new TimeRange(from, until)));
        return ranges;
    }

    private BuiltVersion built(TabletStream stream, long major, Version present) throws IOException {
        BuiltVersion unsaved = stream.unsavedVersions().get(major);
        return unsaved != null
                ? unsaved
                : Checkpointer.saved(store, stream.id(), major)
                        .orElseThrow(() -> notAvailable(stream.id(), Version.ofMajor(major), present));
    }

    private static Refused notAvailable(StreamId id, Version version, Version present) {
        String why =
                version.minor() != 0 && version.compareTo(present) < 0
                        ? "a minor version can be read only while it is the present one"
                        : "there is no such version";
        return new Refused(
                ErrorCode.VERSION_NOT_AVAILABLE,
                "version "
                        + version
                        + " of stream "
                        + id
                        + " is not available; the present one is "
                        + present
                        + "; "
                        + why);
    }
}
