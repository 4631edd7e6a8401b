package io.distil.pqm;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.MergePolicy;
import io.distil.base.api.PointColumns;
import io.distil.storage.tree.SeriesRoot;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The buffer of one stream: what the log says about it and no tree shows yet.
///
/// ```
///            insert, erase, replace, dropUncommitted        minor + 1
///                          │
///                          ▼      freeze: major + 1, minor 0
///                    active layer ───────────────▶ frozen layers ── acquireNextToBuild ──▶ flusher
///                                                        │                                   │ builds a tree
///                                                        ╳ ◀───────── installed ─────────────┘
/// ```
///
/// The owner thread calls everything but {@link #version}, {@link #acquire} and its like, in the order of the log; the same
/// calls in the same order give the same versions and points on every replica, however much later commits are built. Each
/// call prepares the next view aside and publishes it with one volatile write. It never does IO.
///
/// Points arrive checked: legal times and finite values.
public final class StreamBuffer implements AutoCloseable {
    private final Pqm pqm;
    private final StreamId id;

    /// Null once closed.
    private volatile View published;

    // What the flush queue knows of this stream; its own fields, kept here so that a queued stream is one object.
    final int[] heapIndexes = {-1, -1};
    boolean flushProposed;
    int queuedSize;
    long queuedBytes;

    /// When the oldest mutation that is not frozen was applied.
    long bufferedSinceNanos;

    /// Of the history of built commits.
    private long historyBytes;

    StreamBuffer(Pqm pqm, StreamId id, long major, SeriesRoot root) {
        this.pqm = pqm;
        this.id = id;
        Layer empty = new Layer();
        CommitHistory history = CommitHistory.beginningAt(major);
        this.published = new View(Version.ofMajor(major), major, root, new Layer[] {empty}, history, null, 0);
        empty.release();
        history.release();
    }

    public StreamId id() {
        return id;
    }

    /// The present version. Any thread.
    public Version version() {
        return presentView().version;
    }

    /// The stream at its present version. Any thread.
    ///
    /// @throws Refused `NO_SUCH_STREAM` once the buffer was closed
    public StreamView acquire() {
        return new StreamView(holdPresent());
    }

    /// The stream at a commit that is frozen and not built, or the last built one; empty for any other version. Any thread.
    public Optional<StreamView> acquireMajor(long major) {
        View view = holdPresent();
        try {
            return major < view.builtMajor || major > view.version.major()
                    ? Optional.empty()
                    : Optional.of(new StreamView(view.atMajor(major)));
        } finally {
            view.release();
        }
    }

    /// The oldest commit that is not built: its view's overlay holds just that commit's changes, over the root they apply to.
    /// Build its tree, then say {@link #installed} on the owner thread. Any thread.
    public Optional<StreamView> acquireNextToBuild() {
        View view = holdPresent();
        try {
            return view.builtMajor == view.version.major()
                    ? Optional.empty()
                    : Optional.of(new StreamView(view.atMajor(view.builtMajor + 1)));
        } finally {
            view.release();
        }
    }

    /// Adds points. An empty batch changes nothing.
    public Version insert(PointColumns points, MergePolicy policy) {
        return points.count() == 0 ? version() : mutate(null, points, policy);
    }

    /// Removes the points of a range.
    public Version erase(TimeRange range) {
        return mutate(range, null, MergePolicy.NEVER);
    }

    /// Removes the points of a range, then adds `points`, which lie inside it, in one step.
    public Version replace(TimeRange range, PointColumns points) {
        return mutate(range, points, MergePolicy.NEVER);
    }

    private Version mutate(TimeRange erased, PointColumns points, MergePolicy policy) {
        View before = published;
        try (LayerDraft draft = new LayerDraft(pqm.memory(), before.active());
                ChangeDraft changes = new ChangeDraft(pqm.memory(), before)) {
            if (erased != null) {
                draft.erase(erased);
                changes.add(erased.from(), erased.until());
            }
            if (points != null && points.count() > 0) {
                Run added = draft.insert(points, policy);
                checkInside(added, erased == null ? TimeRange.ALL : erased);
                if (erased == null) {
                    changes.addAll(pqm.batchRanges(), added);
                }
            }
            return publishActive(before, draft, changes);
        }
    }

    private void checkInside(Run added, TimeRange range) {
        if (!range.contains(added.firstTime()) || !range.contains(added.lastTime())) {
            throw new BrokenInvariant(
                    "stream "
                            + id
                            + ": points from "
                            + added.firstTime()
                            + " to "
                            + added.lastTime()
                            + " were to be added within "
                            + range);
        }
    }

    /// Forgets what the buffer holds in a range, additions and erasures alike, so that the committed points there show
    /// again. Raises the minor version even if the buffer held nothing there: whether it did is no question a replica should
    /// have to agree on.
    public Version dropUncommitted(TimeRange range) {
        View before = published;
        try (LayerDraft draft = new LayerDraft(pqm.memory(), before.active());
                ChangeDraft changes = new ChangeDraft(pqm.memory(), before)) {
            draft.restore(range);
            changes.add(range.from(), range.until());
            return publishActive(before, draft, changes);
        }
    }

    /// Says that the present commit touched `ranges`, at least one, and changes no point: for the copy of a stream, whose
    /// commits must remember what theirs did even where nothing of it is left.
    public Version touch(List<TimeRange> ranges) {
        BrokenInvariant.check(!ranges.isEmpty(), "stream " + id + " was touched nowhere");
        View before = published;
        try (LayerDraft draft = new LayerDraft(pqm.memory(), before.active());
                ChangeDraft changes = new ChangeDraft(pqm.memory(), before)) {
            ranges.forEach(range -> changes.add(range.from(), range.until()));
            return publishActive(before, draft, changes);
        }
    }

    private Version publishActive(View before, LayerDraft draft, ChangeDraft changes) {
        if (before.version.minor() == 0) {
            bufferedSinceNanos = pqm.nowNanos();
        }
        Layer[] layers = before.layers.clone();
        layers[layers.length - 1] = draft.finish();
        publish(
                new View(
                        before.version.nextMinor(),
                        before.builtMajor,
                        before.root,
                        layers,
                        before.commits,
                        changes.rows,
                        changes.rows.used()));
        layers[layers.length - 1].release();
        return published.version;
    }

    /// Turns what is buffered into a commit: major + 1, minor 0, at once. Changes nothing at minor version 0.
    public Version freeze() {
        View before = published;
        if (before.version.minor() == 0) {
            return before.version;
        }
        Layer[] layers = Arrays.copyOf(before.layers, before.layers.length + 1);
        Layer active = new Layer();
        layers[layers.length - 1] = active;
        ChangeRows closed = before.recent.grown(0);
        CommitHistory commits = before.commits.with(closed);
        publish(new View(before.version.nextMajor(), before.builtMajor, before.root, layers, commits, null, 0));
        active.release();
        closed.release();
        commits.release();
        return published.version;
    }

    /// The commit {@link #acquireNextToBuild} gave is built: `root` is the tree of version `major`, which the store holds.
    public void installed(long major, SeriesRoot root) {
        View before = published;
        if (major != before.builtMajor + 1 || major > before.version.major()) {
            throw new BrokenInvariant(
                    "stream "
                            + id
                            + " at "
                            + before.version
                            + " with version "
                            + before.builtMajor
                            + " built was given a tree of version "
                            + major);
        }
        Layer[] layers = Arrays.copyOfRange(before.layers, 1, before.layers.length);
        publish(new View(before.version, major, root, layers, before.commits, before.recent, before.recentCount));
        ChangeRows rows = before.commits.commitFrom(major - 1);
        historyBytes += rows.bytes();
        pqm.history().add(rows, this);
        forgetBeyondBudget();
        pqm.history().enforce();
    }

    private void forgetBeyondBudget() {
        CommitHistory commits = published.commits;
        long bytes = historyBytes;
        int count = 0;
        while (bytes > pqm.options().historyBytesPerStreamMax()) {
            bytes -= commits.commitFrom(commits.firstMajor() + count++).bytes();
        }
        if (count > 0) {
            forgetCommits(count);
        }
    }

    /// Drops the change history of the `count` oldest commits, all of them built.
    void forgetCommits(int count) {
        View before = published;
        CommitHistory commits = before.commits;
        BrokenInvariant.check(
                commits.firstMajor() + count <= before.builtMajor, "history of a commit that is not built was to go");
        CommitHistory left = commits.withoutFirst(count);
        for (int i = 0; i < count; i++) {
            ChangeRows rows = commits.commitFrom(commits.firstMajor() + i);
            historyBytes -= rows.bytes();
            pqm.history().remove(rows);
        }
        publish(
                new View(
                        before.version,
                        before.builtMajor,
                        before.root,
                        before.layers,
                        left,
                        before.recent,
                        before.recentCount));
        left.release();
    }

    /// Lets go of everything, buffered or frozen; readers go on with the views they hold.
    @Override
    public void close() {
        View last = published;
        if (last == null) {
            return;
        }
        for (long major = last.commits.firstMajor(); major < last.builtMajor; major++) {
            pqm.history().remove(last.commits.commitFrom(major));
        }
        published = null;
        pqm.flushQueue().update(this);
        last.release();
    }

    /// Whether a flush would change anything; the two below are meant for that case only.
    boolean hasBuffered() {
        View view = published;
        return view != null && view.version.minor() > 0;
    }

    int bufferedSize() {
        View view = published;
        return Math.max(view.active().operationCount(), view.recentCount);
    }

    long bufferedBytes() {
        View view = published;
        return view.active().bytes() + view.recent.bytes();
    }

    private void publish(View next) {
        View before = published;
        published = next;
        before.release();
        pqm.flushQueue().update(this);
    }

    private View presentView() {
        View view = published;
        if (view == null) {
            throw new Refused(ErrorCode.NO_SUCH_STREAM, "stream " + id + " was closed");
        }
        return view;
    }

    /// The present view, held. A view found here may be replaced and freed before it is held; then there is a newer one.
    private View holdPresent() {
        while (true) {
            View view = presentView();
            if (view.tryRetain()) {
                return view;
            }
            Thread.onSpinWait();
        }
    }
}
