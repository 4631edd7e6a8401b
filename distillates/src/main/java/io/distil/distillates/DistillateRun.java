package io.distil.distillates;

import io.distil.base.BrokenInvariant;
import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.TimeRange;
import io.distil.base.api.Mutation;
import io.distil.base.api.StreamSnapshot;
import io.distil.base.api.StreamStore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One pass of one distillate over what is pending, at one set of snapshots. Each {@link #step} computes the first
/// piece and replaces the output there, with the cursor in the same log entry. Owned by the runner's thread.
final class DistillateRun implements AutoCloseable {
    private final StreamStore store;
    private final Definition definition;
    private final List<StreamId> outputs;
    private final RunnerOptions options;
    private final Inputs inputs;
    private final long specRevision;
    private final List<PointBuffer> inputPoints = new ArrayList<>();
    private final List<PointBuffer> outputPoints = new ArrayList<>();
    private List<TimeRange> pending;
    private long cursorRevision;
    private boolean saved;

    /// Takes the snapshots, and owns them until it is closed.
    ///
    /// @param cursorRevision what the cursor's record must still be at for a step to succeed
    DistillateRun(
            StreamStore store,
            Definition definition,
            List<StreamId> inputs,
            List<StreamId> outputs,
            long specRevision,
            Cursor cursor,
            long cursorRevision,
            RunnerOptions options)
            throws IOException {
        this.store = store;
        this.definition = definition;
        this.outputs = outputs;
        this.specRevision = specRevision;
        this.cursorRevision = cursorRevision;
        this.options = options;
        this.inputs = new Inputs(store, inputs);
        try {
            pending = this.inputs.pending(definition, specRevision, outputs, cursor, options.changeResolutionLog2());
        } catch (IOException | RuntimeException e) {
            this.inputs.close();
            throw e;
        }
        inputs.forEach(_ -> inputPoints.add(new PointBuffer(options.bufferPointsMax())));
        outputs.forEach(_ -> outputPoints.add(new PointBuffer(options.bufferPointsMax())));
    }

    /// True when the record says that the output is that of the snapshots.
    boolean isDone() {
        return saved && pending.isEmpty();
    }

    long cursorRevision() {
        return cursorRevision;
    }

    /// Does the first pending piece, or notes the new versions if nothing is pending.
    ///
    /// @return the cursor as it stands now
    Cursor step(long nowNanos) throws IOException {
        List<Mutation.Replace> replacements = new ArrayList<>();
        List<TimeRange> left = pending;
        if (!pending.isEmpty()) {
            TimeRange head = pending.getFirst();
            TimeRange piece =
                    new TimeRange(
                            head.from(), new Chunker(options.chunkPointsMax()).endOfFirst(inputs.snapshots(), head));
            compute(piece);
            for (int i = 0; i < outputs.size(); i++) {
                replacements.add(new Mutation.Replace(outputs.get(i), piece, outputPoints.get(i).columns()));
            }
            left = TimeRanges.from(pending, piece.until());
        }
        Cursor cursor =
                new Cursor(
                        specRevision,
                        definition.algorithmVersion(),
                        inputs.versions(),
                        outputs,
                        left,
                        nowNanos,
                        Cursor.Failure.NONE);
        Mutation.PutRecord put =
                new Mutation.PutRecord(
                        Keys.cursor(definition.spec().name()), cursorRevision, Optional.of(RecordCodec.encode(cursor)));
        Submission.submit(store, new Mutation.Atomic(replacements, List.of(put)));
        pending = left;
        cursorRevision++;
        saved = true;
        return cursor;
    }

    private void compute(TimeRange piece) throws IOException {
        TimeRange read = TimeRanges.grow(piece, definition.leadNanos(), definition.trailingNanos());
        List<StreamSnapshot> snapshots = inputs.snapshots();
        for (int i = 0; i < snapshots.size(); i++) {
            inputPoints.get(i).slideTo(snapshots.get(i), read);
        }
        outputPoints.forEach(PointBuffer::clear);
        definition.computation().compute(inputPoints, piece, (output, time, value) -> emit(piece, output, time, value));
    }

    private void emit(TimeRange piece, int output, long time, double value) {
        BrokenInvariant.check(piece.contains(time), "an output point outside the range being computed");
        if (!Double.isFinite(value)) {
            throw new Refused(
                    ErrorCode.INVALID_VALUE,
                    definition.spec().algorithm() + " computed " + value + " at " + time + ", which cannot be stored");
        }
        int slot = definition.slots().get(output);
        if (slot >= 0) {
            outputPoints.get(slot).append(time, value);
        }
    }

    @Override
    public void close() {
        inputs.close();
        inputPoints.forEach(PointBuffer::close);
        outputPoints.forEach(PointBuffer::close);
    }
}
