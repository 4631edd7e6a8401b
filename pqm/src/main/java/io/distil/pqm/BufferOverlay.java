package io.distil.pqm;

import io.distil.storage.codec.LeafPoints;
import io.distil.storage.tree.Overlay;

import java.util.concurrent.atomic.AtomicReference;

/// Layers, the lowest first, as one change over a tree. Lives as long as the view that holds the layers.
///
/// Safe for use by many threads: what a merge works with is its caller's alone while it runs, and one set of it is kept for
/// the next call.
final class BufferOverlay implements Overlay {
    private final Layer[] layers;
    private final AtomicReference<LayerMerge> spare = new AtomicReference<>();

    BufferOverlay(Layer[] layers) {
        this.layers = layers;
    }

    int runCount() {
        int count = 0;
        for (Layer layer : layers) {
            count += layer.runCount();
        }
        return count;
    }

    @Override
    public boolean isEmpty(long from, long until) {
        for (Layer layer : layers) {
            if (!layer.isEmpty(from, until)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean isAdditive(long from, long until) {
        for (Layer layer : layers) {
            if (!layer.isAdditive(from, until)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean isErased(long from, long until) {
        for (Layer layer : layers) {
            if (layer.erased().covers(from, until)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long nextTime(long from, long until) {
        long next = until;
        for (Layer layer : layers) {
            next = layer.nextTime(from, next);
        }
        return next;
    }

    @Override
    public long previousTime(long from, long until) {
        long previous = Long.MIN_VALUE;
        for (Layer layer : layers) {
            previous = Math.max(previous, layer.previousTime(from, until));
        }
        return previous;
    }

    @Override
    public long resolve(LeafPoints base, long from, long until, int countWanted, LeafPoints out) {
        LayerMerge merge = spare.getAndSet(null);
        if (merge == null) {
            merge = new LayerMerge(layers);
        }
        long resolvedUntil = merge.resolve(base, from, until, countWanted, out);
        spare.set(merge);
        return resolvedUntil;
    }
}
