package io.distil.distillates;

import io.distil.base.ErrorCode;
import io.distil.base.NanoClock;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.Mutation;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamStore;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the runner keeps in memory of one distillate: its decoded records, the run in progress, and when to try again
/// after a failure. All of it can be thrown away at any moment; the truth is in the records.
///
/// ```
///   idle --inputs moved--> running --last piece done--> idle
///     ^                       |  any failure
///     |                       v
///     +----pause over---- waiting
/// ```
final class DistillateTask implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DistillateTask.class);

    private final String name;
    private final StreamStore store;
    private final Algorithms algorithms;
    private final NanoClock clock;
    private final RunnerOptions options;

    private StoredRecord specRecord;
    private long cursorRevision = -1;
    private Cursor cursor;
    private Definition definition;
    private List<StreamId> inputs;
    private List<StreamId> outputs;
    private DistillateRun run;
    private long runSinceNanos;
    private int failureCount;
    private boolean waiting;
    private long waitingUntilNanos;

    DistillateTask(String name, StreamStore store, Algorithms algorithms, NanoClock clock, RunnerOptions options) {
        this.name = name;
        this.store = store;
        this.algorithms = algorithms;
        this.clock = clock;
        this.options = options;
    }

    /// Hands over the records as they are now. If anybody else changed one, everything derived from it is dropped.
    void records(StoredRecord spec, StoredRecord cursorNow) {
        boolean specIsNew = specRecord == null || specRecord.revision() != spec.revision();
        if (specIsNew || cursorRevision != cursorNow.revision()) {
            forget();
            waiting &= !specIsNew;
            specRecord = spec;
            cursorRevision = cursorNow.revision();
            cursor = null;
            try {
                cursor = RecordCodec.decode(cursorNow);
                failureCount = cursor.failure().count();
            } catch (IOException | RuntimeException e) {
                fail(e);
            }
        }
    }

    /// Does one piece of work, if there is any and it is time.
    ///
    /// @return whether something was done, or failed
    boolean step() {
        if (cursor == null || waiting && clock.monotonicNanos() - waitingUntilNanos < 0) {
            return false;
        }
        waiting = false;
        try {
            return advance();
        } catch (IOException | RuntimeException e) {
            fail(e);
            return true;
        }
    }

    private boolean advance() throws IOException {
        if (run == null) {
            prepare();
            if (isCurrent()) {
                return false;
            }
            run =
                    new DistillateRun(
                            store, definition, inputs, outputs, specRecord.revision(), cursor, cursorRevision, options);
            runSinceNanos = clock.monotonicNanos();
        }
        cursor = run.step(clock.epochNanos());
        cursorRevision = run.cursorRevision();
        failureCount = 0;
        if (run.isDone() || clock.monotonicNanos() - runSinceNanos > options.snapshotAgeNanosMax()) {
            closeRun();
        }
        return true;
    }

    private void prepare() throws IOException {
        if (definition == null) {
            DistillateSpec spec = RecordCodec.decodeSpec(specRecord);
            Definition checked = Definition.of(spec, algorithms);
            inputs = StreamRefs.ids(StreamRefs.inputs(store, spec));
            outputs = StreamRefs.ids(StreamRefs.outputs(store, spec));
            definition = checked;
        }
    }

    /// Whether there is nothing to do, judged by versions alone.
    private boolean isCurrent() throws IOException {
        if (!cursor.pending().isEmpty()
                || cursor.failure().count() > 0
                || cursor.specRevision() != specRecord.revision()
                || cursor.algorithmVersion() != definition.algorithmVersion()
                || !cursor.outputs().equals(outputs)) {
            return false;
        }
        List<Cursor.Seen> present = new ArrayList<>(inputs.size());
        for (StreamId input : inputs) {
            present.add(new Cursor.Seen(input, store.info(input).version()));
        }
        return cursor.seen().equals(present);
    }

    /// Notes the failure in the cursor's record and pauses; the others go on. A stale record is no failure: somebody
    /// else moved the cursor or changed the specification, and the next look at the records tells.
    private void fail(Exception e) {
        forget();
        if (e instanceof Refused refused && refused.code() == ErrorCode.STALE_RECORD) {
            LOG.info("distillate {}: {}", name, e.getMessage());
            cursorRevision = -1;
            return;
        }
        String error = e instanceof Refused ? e.getMessage() : e.toString();
        failureCount++;
        waiting = true;
        waitingUntilNanos = clock.monotonicNanos() + options.retryNanos(failureCount);
        // Where a sentence for the caller came from is of no interest; where a bug did is, once.
        Exception shown = failureCount == 1 && !(e instanceof Refused) ? e : null;
        LOG.warn("distillate {} failed, {} in a row, and will be tried again: {}", name, failureCount, error, shown);
        if (cursor != null) {
            saveFailure(cursor.failed(error, clock.epochNanos()));
        }
    }

    private void saveFailure(Cursor failed) {
        try {
            Mutation.PutRecord put =
                    new Mutation.PutRecord(Keys.cursor(name), cursorRevision, Optional.of(RecordCodec.encode(failed)));
            Submission.submit(store, new Mutation.Atomic(List.of(), List.of(put)));
            cursor = failed;
            cursorRevision++;
        } catch (IOException | RuntimeException e) {
            // Whatever keeps the record from being written most likely made the run fail, too. Read it again next time.
            LOG.warn("distillate {}: its failure could not be noted: {}", name, e.getMessage());
            cursorRevision = -1;
        }
    }

    private void forget() {
        closeRun();
        definition = null;
    }

    private void closeRun() {
        if (run != null) {
            run.close();
            run = null;
        }
    }

    @Override
    public void close() {
        forget();
    }
}
