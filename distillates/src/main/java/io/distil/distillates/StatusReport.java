package io.distil.distillates;

import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.Version;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;
import io.distil.base.api.WindowBatch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Works out how a distillate stands, from its records and the present inputs. Asks for no work and changes nothing.
final class StatusReport {
    private final StreamStore store;
    private final Algorithms algorithms;

    StatusReport(StreamStore store, Algorithms algorithms) {
        this.store = store;
        this.algorithms = algorithms;
    }

    DistillateStatus of(StoredRecord specRecord, StoredRecord cursorRecord) throws IOException {
        DistillateSpec spec = RecordCodec.decodeSpec(specRecord);
        Cursor cursor = RecordCodec.decode(cursorRecord);
        List<TimeRange> waiting = cursor.pending();
        long pointsWaiting = 0;
        String error = cursor.failure().error();
        try {
            Definition definition = Definition.of(spec, algorithms);
            List<StreamId> outputs = StreamRefs.ids(StreamRefs.outputs(store, spec));
            try (Inputs inputs = new Inputs(store, StreamRefs.ids(StreamRefs.inputs(store, spec)))) {
                waiting =
                        inputs.pending(
                                definition,
                                specRecord.revision(),
                                outputs,
                                cursor,
                                RunnerOptions.DEFAULT.changeResolutionLog2());
                pointsWaiting = pointsIn(inputs.snapshots(), waiting);
            }
        } catch (Refused e) {
            // What keeps us from looking keeps the runner from running; it may not have noticed yet.
            error = e.getMessage();
        }
        return new DistillateStatus(
                spec,
                specRecord.revision(),
                cursor.algorithmVersion(),
                state(error, waiting),
                inputs(spec, cursor),
                waiting.size(),
                pointsWaiting,
                cursor.failure().count(),
                error,
                cursor.failure().atNanos(),
                cursor.ranAtNanos());
    }

    private static DistillateStatus.State state(String error, List<TimeRange> waiting) {
        if (!error.isEmpty()) {
            return DistillateStatus.State.FAILING;
        }
        return waiting.isEmpty() ? DistillateStatus.State.CURRENT : DistillateStatus.State.BEHIND;
    }

    private List<DistillateStatus.Input> inputs(DistillateSpec spec, Cursor cursor) throws IOException {
        List<DistillateStatus.Input> inputs = new ArrayList<>(spec.inputs().size());
        for (int i = 0; i < spec.inputs().size(); i++) {
            Optional<StreamInfo> info = StreamRefs.input(store, spec, i);
            Optional<Version> seen =
                    i < cursor.seen().size() ? Optional.of(cursor.seen().get(i).version()) : Optional.empty();
            inputs.add(
                    new DistillateStatus.Input(
                            spec.inputs().get(i),
                            info.map(present -> present.descriptor().id()),
                            seen,
                            info.map(StreamInfo::version)));
        }
        return inputs;
    }

    private static long pointsIn(List<StreamSnapshot> snapshots, List<TimeRange> ranges) throws IOException {
        long points = 0;
        try (WindowBatch window = new WindowBatch(1)) {
            for (TimeRange range : ranges.subList(0, Math.min(ranges.size(), DistillateStatus.COUNTED_RANGES))) {
                for (StreamSnapshot snapshot : snapshots) {
                    points += Chunker.count(snapshot, range, window);
                }
            }
        }
        return points;
    }
}
