package io.distil.pqm;

import io.distil.base.BrokenInvariant;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.storage.tree.Overlay;
import io.distil.storage.tree.SeriesRoot;

import java.util.List;
import java.util.Optional;

/// One stream at one version, held still: a tree, and the changes that lie over it. Any thread may read it; whoever acquired
/// it closes it, after the cursors over it. Holding it holds the memory of everything in it.
public final class StreamView implements AutoCloseable {
    private final View view;
    private final Overlay overlay;
    private volatile boolean closed;

    /// Takes over the caller's hold on `view`.
    StreamView(View view) {
        this.view = view;
        boolean changesNothing = true;
        for (Layer layer : view.layers) {
            changesNothing &= layer.operationCount() == 0;
        }
        this.overlay = changesNothing ? Overlay.NONE : new BufferOverlay(view.layers);
    }

    public Version version() {
        return view.version;
    }

    /// The commit that {@link #root} is the tree of; never later than the version's major.
    public long builtMajor() {
        return view.builtMajor;
    }

    public SeriesRoot root() {
        return view.root;
    }

    /// What the commits that are not built yet and the buffer do to the tree. Not to be used once this is closed.
    public Overlay overlay() {
        BrokenInvariant.check(!closed, "the view of version " + view.version + " was used after it was closed");
        return overlay;
    }

    /// The ranges touched after `since` and up to this version, as the mutations named them, each rounded outward to windows
    /// of width 2^resolutionLog2; ascending, disjoint, not touching. Empty if the history no longer reaches back to `since`;
    /// it always reaches back to {@link #builtMajor}, so that the differences of two trees and this one together cover
    /// any two versions.
    ///
    /// @throws io.distil.base.Refused `INVALID_VERSION` if `since` is later than this version, `VERSION_NOT_AVAILABLE` if it
    ///     is known never to have been
    public Optional<List<TimeRange>> changedSince(Version since, int resolutionLog2) {
        BrokenInvariant.check(!closed, "the view of version " + view.version + " was used after it was closed");
        return view.changedSince(since, resolutionLog2);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            view.release();
        }
    }
}
