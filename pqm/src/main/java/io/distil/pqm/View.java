package io.distil.pqm;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.storage.tree.SeriesRoot;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// One version of a stream: the tree of the last built commit, the layers over it, and what changed lately. Never changes;
/// holds its layers and rows. This is what one volatile write publishes.
final class View extends Shared {
    final Version version;

    /// The commit that {@link #root} is the tree of.
    final long builtMajor;

    final SeriesRoot root;

    /// The lowest first: those that make `builtMajor + 1`, `builtMajor + 2` and so on; in a published view, the active one
    /// last.
    final Layer[] layers;

    final CommitHistory commits;

    /// What led from `version.major` to this version: the first {@link #recentCount} of these rows; null at minor version 0,
    /// so that an idle stream needs no memory off the heap.
    final ChangeRows recent;

    final int recentCount;

    View(
            Version version,
            long builtMajor,
            SeriesRoot root,
            Layer[] layers,
            CommitHistory commits,
            ChangeRows recent,
            int recentCount) {
        this.version = version;
        this.builtMajor = builtMajor;
        this.root = root;
        this.layers = layers;
        this.commits = commits;
        this.recent = recent;
        this.recentCount = recentCount;
        for (Layer layer : layers) {
            layer.retain();
        }
        commits.retain();
        if (recent != null) {
            recent.retain();
        }
    }

    Layer active() {
        return layers[layers.length - 1];
    }

    /// This stream at a commit that is built or frozen, as a view to hold for itself.
    View atMajor(long major) {
        int layerCount = Math.toIntExact(major - builtMajor);
        return new View(Version.ofMajor(major), builtMajor, root, Arrays.copyOf(layers, layerCount), commits, null, 0);
    }

    Optional<List<TimeRange>> changedSince(Version since, int resolutionLog2) {
        if (since.compareTo(version) > 0) {
            throw new Refused(ErrorCode.INVALID_VERSION, "version " + since + " is later than " + version);
        }
        if (since.compareTo(commits.beginning()) < 0) {
            return Optional.empty();
        }
        RangeUnion ranges = new RangeUnion(resolutionLog2);
        long minor = since.minor();
        for (long major = since.major(); major < version.major(); major++) {
            ChangeRows rows = commits.commitFrom(major);
            if (minor > rows.minor(rows.used() - 1)) {
                throw new Refused(
                        ErrorCode.VERSION_NOT_AVAILABLE,
                        "version "
                                + since
                                + " never was: "
                                + rows.minor(rows.used() - 1)
                                + " was the last minor version before "
                                + (major + 1));
            }
            rows.addSince(minor, rows.used(), ranges);
            minor = 0;
        }
        if (recent != null) {
            recent.addSince(minor, recentCount, ranges);
        }
        return Optional.of(ranges.toList());
    }

    @Override
    void free() {
        for (Layer layer : layers) {
            layer.release();
        }
        commits.release();
        if (recent != null) {
            recent.release();
        }
    }
}
