package io.distil.replication.placement;

import io.distil.base.api.KeyRange;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Sets of keys, made of ranges.
final class KeySet {
    private KeySet() {}

    /// The keys of disjoint ranges that come in their order, in as few ranges as possible: equal for equal sets.
    static List<KeyRange> of(List<KeyRange> ranges) {
        List<KeyRange> joined = new ArrayList<>();
        for (KeyRange range : ranges) {
            KeyRange last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && Arrays.equals(last.until(), range.from())) {
                joined.set(joined.size() - 1, new KeyRange(last.from(), range.until()));
            } else {
                joined.add(range);
            }
        }
        return joined;
    }
}
