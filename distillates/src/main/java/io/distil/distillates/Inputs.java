package io.distil.distillates;

import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.VersionSelector;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The inputs of a distillate, held still at their present versions, and what of the output they leave to be done.
final class Inputs implements AutoCloseable {
    private final List<StreamSnapshot> snapshots = new ArrayList<>();

    Inputs(StreamStore store, List<StreamId> streams) throws IOException {
        try {
            for (StreamId stream : streams) {
                snapshots.add(store.snapshot(stream, VersionSelector.LATEST));
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    List<StreamSnapshot> snapshots() {
        return snapshots;
    }

    List<Cursor.Seen> versions() {
        return snapshots.stream().map(snapshot -> new Cursor.Seen(snapshot.stream(), snapshot.version())).toList();
    }

    /// The output times that must be computed for the output to equal a computation from these snapshots, given where a
    /// cursor stands.
    ///
    /// The output at u depends on inputs in `[u - lead, u + trailing]`, so a change at t reaches the outputs in
    /// `[t - trailing, t + lead]`. Everything is to be done again when the cursor belongs to another specification,
    /// another version of the algorithm or other streams, or when the store no longer knows the versions that it has
    /// seen.
    List<TimeRange> pending(
            Definition definition, long specRevision, List<StreamId> outputs, Cursor cursor, int resolutionLog2Min)
            throws IOException {
        boolean sameWork =
                cursor.specRevision() == specRevision
                        && cursor.algorithmVersion() == definition.algorithmVersion()
                        && cursor.outputs().equals(outputs)
                        && cursor.seen().stream()
                                .map(Cursor.Seen::stream)
                                .toList()
                                .equals(snapshots.stream().map(StreamSnapshot::stream).toList());
        if (!sameWork) {
            return List.of(TimeRange.ALL);
        }
        int resolutionLog2 = resolutionLog2(definition, resolutionLog2Min);
        List<TimeRange> pending = new ArrayList<>(cursor.pending());
        for (int i = 0; i < snapshots.size(); i++) {
            Version seen = cursor.seen().get(i).version();
            try {
                for (TimeRange change : snapshots.get(i).changesSince(seen, resolutionLog2)) {
                    pending.add(TimeRanges.grow(change, definition.trailingNanos(), definition.leadNanos()));
                }
            } catch (Refused e) {
                switch (e.code()) {
                    case VERSION_NOT_AVAILABLE, INVALID_VERSION -> {
                        return List.of(TimeRange.ALL);
                    }
                    default -> throw e;
                }
            }
        }
        return TimeRange.union(pending);
    }

    /// Rounding a change outward by a sixteenth of the margins it will be grown by costs little, and keeps the list of
    /// changes short when single points lie scattered.
    private static int resolutionLog2(Definition definition, int resolutionLog2Min) {
        long sixteenthNanos = (definition.leadNanos() + definition.trailingNanos()) >>> 4;
        int log2 = sixteenthNanos == 0 ? 0 : 63 - Long.numberOfLeadingZeros(sixteenthNanos);
        return Math.max(resolutionLog2Min, log2);
    }

    @Override
    public void close() {
        snapshots.forEach(StreamSnapshot::close);
        snapshots.clear();
    }
}
