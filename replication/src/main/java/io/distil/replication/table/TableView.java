package io.distil.replication.table;

import io.distil.base.BrokenInvariant;
import io.distil.base.Version;
import io.distil.storage.keyed.KeyedTree;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A table at one moment: what it consists of at its present version. Published in one step, never changed. Whoever found it
/// in a published place and wants to read it holds it ({@link #tryHold}) until it lets it go; the layers' bytes are counted
/// as long as a view that is held has them.
final class TableView {
    private final KeyedTree tree;
    private final Version version;
    private final long builtMajor;
    private final BuiltTable built;

    /// Layer `i` makes major `builtMajor + i + 1`; the last one is active.
    private final List<TableLayer> layers;

    private final AtomicInteger holds = new AtomicInteger(1);

    /// Born held once, by its maker.
    ///
    /// @param built the newest major version that has a tree
    TableView(KeyedTree tree, Version version, long builtMajor, BuiltTable built, List<TableLayer> layers) {
        BrokenInvariant.check(
                layers.size() == version.major() - builtMajor + 1,
                layers.size() + " layers between major " + builtMajor + " and version " + version);
        this.tree = tree;
        this.version = version;
        this.builtMajor = builtMajor;
        this.built = built;
        this.layers = List.copyOf(layers);
        this.layers.forEach(TableLayer::hold);
    }

    Version version() {
        return version;
    }

    long builtMajor() {
        return builtMajor;
    }

    BuiltTable built() {
        return built;
    }

    List<TableLayer> layers() {
        return layers;
    }

    TableLayer active() {
        return layers.getLast();
    }

    /// The rows of the present version.
    TableRows rows() {
        return new TableRows(tree, built.rows(), layers, version.minor());
    }

    /// The rows of an earlier version whose layer is still here: a major version from `builtMajor` on, or a minor one above
    /// it.
    TableRows rowsAt(Version earlier) {
        int count = (int) (earlier.major() - builtMajor) + (earlier.minor() == 0 ? 0 : 1);
        long minorMax = earlier.minor() == 0 ? Long.MAX_VALUE : earlier.minor();
        return new TableRows(tree, built.rows(), layers.subList(0, count), minorMax);
    }

    /// True if {@link #rowsAt} can tell what the version was.
    boolean reachesBackTo(Version earlier) {
        return earlier.major() >= builtMajor;
    }

    /// Adds a hold unless the last one is gone.
    boolean tryHold() {
        int seen = holds.get();
        while (seen > 0) {
            int witness = holds.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    void release() {
        int left = holds.decrementAndGet();
        BrokenInvariant.check(left >= 0, "a view of version " + version + " was let go more often than it was held");
        if (left == 0) {
            layers.forEach(TableLayer::release);
        }
    }
}
