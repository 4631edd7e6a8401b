package io.distil.distillates;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.Mutation;
import io.distil.base.api.StoredRecord;
import io.distil.base.api.StreamDescriptor;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/// Which distillates there are: registers, lists and removes them, as records of the store. Works beside the daemon and
/// over the network alike; a {@link DistillateRunner} on the same store notices every change by itself. Safe for many
/// threads.
public final class DistillateRegistry {
    /// The tag of an output stream that says which distillate made it.
    public static final String DISTILLATE_TAG = "distillate";

    /// The annotations of an output stream that say how it was made.
    public static final String ALGORITHM_ANNOTATION = "distillate.algorithm";

    public static final String OUTPUT_ANNOTATION = "distillate.output";

    /// How often a change is tried again when a runner moved the cursor in between.
    private static final int ATTEMPTS_MAX = 20;

    private final StreamStore store;
    private final Algorithms algorithms;
    private final Supplier<StreamId> newIds;

    public DistillateRegistry(StreamStore store) {
        this(store, Algorithms.SHIPPED, () -> StreamId.of(UUID.randomUUID()));
    }

    /// @param newIds ids for output streams; never the same one twice, because the id of an obliterated stream stays
    ///     unusable
    public DistillateRegistry(StreamStore store, Algorithms algorithms, Supplier<StreamId> newIds) {
        this.store = store;
        this.algorithms = algorithms;
        this.newIds = newIds;
    }

    /// What {@link #ensure} did.
    public enum Change {
        /// There was no such distillate.
        REGISTERED,
        /// There was another specification under the name. All output is computed again.
        REPLACED,
        /// An output stream was missing. All output is computed again.
        OUTPUTS_RESTORED,
        /// Everything was there already.
        NONE
    }

    /// The answer of {@link #ensure}.
    ///
    /// @param specRevision the revision of the specification now
    public record Ensured(long specRevision, Change change) {}

    /// Makes sure that a distillate exists as specified. The same again changes nothing. Another specification under
    /// the same name replaces the old one, and the whole output is computed again; a stream that is no longer an output
    /// stays.
    ///
    /// @throws Refused `INVALID_ARGUMENT` naming the field; `NO_SUCH_STREAM` for an input; `DISTILLATE_CONFLICT` for an
    ///     output that belongs to somebody else, or that would feed itself
    public Ensured ensure(DistillateSpec spec) throws IOException {
        Definition definition = Definition.of(spec, algorithms);
        List<StreamInfo> inputs = StreamRefs.inputs(store, spec);
        refuseOwnInputs(spec, inputs);
        refuseConflicts(spec, inputs);
        boolean outputsCreated = createMissingOutputs(definition);
        for (int attempt = 1; ; attempt++) {
            try {
                return put(definition, outputsCreated);
            } catch (Refused e) {
                if (e.code() != ErrorCode.STALE_RECORD || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private Ensured put(Definition definition, boolean outputsCreated) throws IOException {
        DistillateSpec spec = definition.spec();
        Optional<StoredRecord> specNow = store.record(Keys.spec(spec.name()));
        Optional<StoredRecord> cursorNow = store.record(Keys.cursor(spec.name()));
        boolean same =
                specNow.isPresent() && cursorNow.isPresent() && RecordCodec.decodeSpec(specNow.get()).equals(spec);
        long specRevision = specNow.map(StoredRecord::revision).orElse(0L);
        if (same && !outputsCreated) {
            return new Ensured(specRevision, Change.NONE);
        }
        List<Mutation.PutRecord> puts = new ArrayList<>();
        if (!same) {
            puts.add(
                    new Mutation.PutRecord(
                            Keys.spec(spec.name()), specRevision, Optional.of(RecordCodec.encode(spec))));
            specRevision++;
        }
        Cursor start = Cursor.start(specRevision, definition.algorithmVersion());
        puts.add(
                new Mutation.PutRecord(
                        Keys.cursor(spec.name()),
                        cursorNow.map(StoredRecord::revision).orElse(0L),
                        Optional.of(RecordCodec.encode(start))));
        Submission.submit(store, new Mutation.Atomic(List.of(), puts));
        Change change = same ? Change.OUTPUTS_RESTORED : specNow.isPresent() ? Change.REPLACED : Change.REGISTERED;
        return new Ensured(specRevision, change);
    }

    private static void refuseOwnInputs(DistillateSpec spec, List<StreamInfo> inputs) {
        for (int o = 0; o < spec.outputs().size(); o++) {
            for (int i = 0; i < inputs.size(); i++) {
                if (isAt(inputs.get(i), spec.outputs().get(o))) {
                    throw new Refused(
                            ErrorCode.INVALID_ARGUMENT,
                            "outputs[" + o + "]: " + spec.outputs().get(o).path() + " is also inputs[" + i + "]");
                }
            }
        }
    }

    /// Refuses an output that another distillate writes, and a circle: an output that, through other distillates, feeds
    /// an input of its own.
    private void refuseConflicts(DistillateSpec spec, List<StreamInfo> inputs) throws IOException {
        List<DistillateSpec> others = new ArrayList<>();
        for (StoredRecord record : store.records(Keys.PREFIX)) {
            if (Keys.isSpec(record.key()) && !Keys.nameOfSpec(record.key()).equals(spec.name())) {
                others.add(RecordCodec.decodeSpec(record));
            }
        }
        for (int o = 0; o < spec.outputs().size(); o++) {
            String path = spec.outputs().get(o).path();
            for (DistillateSpec other : others) {
                if (other.outputs().stream().anyMatch(theirs -> theirs.path().equals(path))) {
                    throw new Refused(
                            ErrorCode.DISTILLATE_CONFLICT,
                            "outputs[" + o + "]: " + path + " is an output of distillate " + other.name());
                }
            }
        }
        refuseCircles(spec, inputs, others);
    }

    private void refuseCircles(DistillateSpec spec, List<StreamInfo> inputs, List<DistillateSpec> others)
            throws IOException {
        List<DistillateSpec> left = new ArrayList<>(others);
        List<StreamInfo> upstream = new ArrayList<>(inputs);
        for (int next = 0; next < upstream.size(); next++) {
            StreamInfo stream = upstream.get(next);
            if (spec.outputs().stream().anyMatch(output -> isAt(stream, output))) {
                throw new Refused(
                        ErrorCode.DISTILLATE_CONFLICT,
                        "outputs: "
                                + stream.descriptor().path()
                                + " feeds, through other distillates, an input of "
                                + spec.name());
            }
            for (DistillateSpec other : List.copyOf(left)) {
                if (other.outputs().stream().anyMatch(output -> isAt(stream, output))) {
                    left.remove(other);
                    upstream.addAll(existingInputs(other));
                }
            }
        }
    }

    /// Another distillate may have lost an input; that is its own failure and must not keep this one from being
    /// registered.
    private List<StreamInfo> existingInputs(DistillateSpec other) throws IOException {
        try {
            return StreamRefs.inputs(store, other);
        } catch (Refused e) {
            return List.of();
        }
    }

    private static boolean isAt(StreamInfo stream, DistillateSpec.Output output) {
        StreamDescriptor descriptor = stream.descriptor();
        return descriptor.collection().equals(output.collection()) && descriptor.name().equals(output.name());
    }

    /// @return whether any was missing
    private boolean createMissingOutputs(Definition definition) throws IOException {
        DistillateSpec spec = definition.spec();
        List<StreamDescriptor> missing = new ArrayList<>();
        for (int o = 0; o < spec.outputs().size(); o++) {
            DistillateSpec.Output output = spec.outputs().get(o);
            List<StreamInfo> present = StreamRefs.named(store, output.collection(), output.name());
            if (present.isEmpty()) {
                missing.add(descriptor(definition, output));
            }
            for (StreamInfo stream : present) {
                String maker = stream.descriptor().tags().get(DISTILLATE_TAG);
                if (!spec.name().equals(maker)) {
                    throw new Refused(
                            ErrorCode.DISTILLATE_CONFLICT,
                            "outputs["
                                    + o
                                    + "]: stream "
                                    + output.path()
                                    + " exists and was "
                                    + (maker == null ? "not made by a distillate" : "made by distillate " + maker)
                                    + "; name another, or obliterate it first");
                }
                annotate(stream.descriptor(), annotations(definition, output));
            }
        }
        for (StreamDescriptor descriptor : missing) {
            Submission.submit(store, new Mutation.Create(descriptor));
        }
        return !missing.isEmpty();
    }

    private StreamDescriptor descriptor(Definition definition, DistillateSpec.Output output) {
        return new StreamDescriptor(
                newIds.get(),
                output.collection(),
                Map.of(StreamDescriptor.NAME_TAG, output.name(), DISTILLATE_TAG, definition.spec().name()),
                annotations(definition, output),
                1);
    }

    private static Map<String, String> annotations(Definition definition, DistillateSpec.Output output) {
        return Map.of(
                ALGORITHM_ANNOTATION, definition.spec().algorithm(),
                OUTPUT_ANNOTATION, output.output());
    }

    private void annotate(StreamDescriptor stream, Map<String, String> wanted) throws IOException {
        if (!stream.annotations().entrySet().containsAll(wanted.entrySet())) {
            Submission.submit(store, new Mutation.Annotate(stream.id(), stream.propertyVersion(), wanted, Set.of()));
        }
    }

    /// All distillates, by name.
    public List<DistillateSpec> list() throws IOException {
        List<DistillateSpec> specs = new ArrayList<>();
        for (StoredRecord record : store.records(Keys.PREFIX)) {
            if (Keys.isSpec(record.key())) {
                specs.add(RecordCodec.decodeSpec(record));
            }
        }
        return specs;
    }

    /// How one distillate stands.
    ///
    /// @throws Refused `NO_SUCH_DISTILLATE`
    public DistillateStatus status(String name) throws IOException {
        Optional<StoredRecord> spec = store.record(Keys.spec(name));
        Optional<StoredRecord> cursor = store.record(Keys.cursor(name));
        if (spec.isEmpty() || cursor.isEmpty()) {
            throw noSuch(name);
        }
        return new StatusReport(store, algorithms).of(spec.get(), cursor.get());
    }

    /// Forgets a distillate. Its output streams stay, with their points, tags and annotations; they follow nothing any
    /// more, and are taken up again if a distillate of the same name asks for them.
    ///
    /// @return the outputs that stay
    /// @throws Refused `NO_SUCH_DISTILLATE`
    public List<DistillateSpec.Output> remove(String name) throws IOException {
        for (int attempt = 1; ; attempt++) {
            StoredRecord spec = store.record(Keys.spec(name)).orElseThrow(() -> noSuch(name));
            long cursorRevision = store.record(Keys.cursor(name)).map(StoredRecord::revision).orElse(0L);
            try {
                Submission.submit(
                        store,
                        new Mutation.Atomic(
                                List.of(),
                                List.of(
                                        new Mutation.PutRecord(spec.key(), spec.revision(), Optional.empty()),
                                        new Mutation.PutRecord(
                                                Keys.cursor(name),
                                                cursorRevision,
                                                Optional.of(RecordCodec.tombstone())))));
                return RecordCodec.decodeSpec(spec).outputs();
            } catch (Refused e) {
                if (e.code() != ErrorCode.STALE_RECORD || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private static Refused noSuch(String name) {
        return new Refused(ErrorCode.NO_SUCH_DISTILLATE, "there is no distillate " + name);
    }
}
