package io.distil.distillates;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;
import io.distil.base.StreamId;
import io.distil.base.api.StreamCursor;
import io.distil.base.api.StreamFilter;
import io.distil.base.api.StreamInfo;
import io.distil.base.api.StreamStore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// From the names in a specification to streams.
final class StreamRefs {
    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private StreamRefs() {}

    /// The streams of `spec.inputs`, in that order.
    ///
    /// @throws Refused `NO_SUCH_STREAM` or `INVALID_ARGUMENT`, naming the input
    static List<StreamInfo> inputs(StreamStore store, DistillateSpec spec) throws IOException {
        List<StreamInfo> inputs = new ArrayList<>(spec.inputs().size());
        for (int i = 0; i < spec.inputs().size(); i++) {
            inputs.add(resolve(store, "inputs[" + i + "]", spec.inputs().get(i)));
        }
        return inputs;
    }

    /// One input, or empty when it cannot be found.
    static Optional<StreamInfo> input(StreamStore store, DistillateSpec spec, int index) throws IOException {
        try {
            return Optional.of(resolve(store, "inputs[" + index + "]", spec.inputs().get(index)));
        } catch (Refused e) {
            return Optional.empty();
        }
    }

    /// The streams of `spec.outputs`, in that order.
    static List<StreamInfo> outputs(StreamStore store, DistillateSpec spec) throws IOException {
        List<StreamInfo> outputs = new ArrayList<>(spec.outputs().size());
        for (int i = 0; i < spec.outputs().size(); i++) {
            outputs.add(resolve(store, "outputs[" + i + "]", spec.outputs().get(i).path()));
        }
        return outputs;
    }

    static List<StreamId> ids(List<StreamInfo> streams) {
        return streams.stream().map(info -> info.descriptor().id()).toList();
    }

    static List<StreamInfo> named(StreamStore store, String collection, String name) throws IOException {
        try (StreamCursor found = store.find(StreamFilter.ofName(collection, name))) {
            return List.copyOf(found.next(2));
        }
    }

    private static StreamInfo resolve(StreamStore store, String field, String ref) throws IOException {
        if (UUID.matcher(ref).matches()) {
            try {
                return store.info(StreamId.parse(ref));
            } catch (Refused e) {
                throw new Refused(e.code(), field + ": " + e.getMessage(), e);
            }
        }
        int slash = ref.lastIndexOf('/');
        if (slash <= 0 || slash == ref.length() - 1) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT, field + ": '" + ref + "' is neither COLLECTION/NAME nor a UUID");
        }
        List<StreamInfo> found = named(store, ref.substring(0, slash), ref.substring(slash + 1));
        return switch (found.size()) {
            case 0 -> throw new Refused(ErrorCode.NO_SUCH_STREAM, field + ": there is no stream " + ref);
            case 1 -> found.getFirst();
            default ->
                    throw new Refused(
                            ErrorCode.INVALID_ARGUMENT,
                            field + ": several streams are called " + ref + "; name one by its UUID");
        };
    }
}
