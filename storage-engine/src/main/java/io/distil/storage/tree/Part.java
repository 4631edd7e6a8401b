package io.distil.storage.tree;

import java.util.List;

/// What a commit knows of the points in one span: the answer of its recursion, and what it starts from. Parts are compared
/// by identity: the same part coming back means that nothing changed in the span.
sealed interface Part {
    Nothing NOTHING = new Nothing();

    /// How many points.
    long count();

    /// No points.
    record Nothing() implements Part {
        @Override
        public long count() {
            return 0;
        }
    }

    /// At most a leaf's worth of points that lie on the commit's stack and are in no block yet: a neighbour may still join
    /// them in one leaf.
    record Loose(int from, int until) implements Part {
        @Override
        public long count() {
            return until - from;
        }
    }

    /// One block. Where it is a node, its page is the span's list of entries.
    record One(Entry entry) implements Part {
        @Override
        public long count() {
            return entry.count();
        }
    }

    /// The span's list of entries, two or more.
    record Many(List<Entry> entries, long count) implements Part {}

    static Part of(List<Entry> entries) {
        return switch (entries.size()) {
            case 0 -> NOTHING;
            case 1 -> new One(entries.getFirst());
            default -> new Many(entries, entries.stream().mapToLong(Entry::count).sum());
        };
    }
}
