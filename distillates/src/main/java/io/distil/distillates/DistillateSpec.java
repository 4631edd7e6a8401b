package io.distil.distillates;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What somebody wants computed: the contents of a specification file, checked as far as that is possible without the
/// algorithm and the store. {@link SpecCodec} reads and writes it; the fields are described in
/// `docs/formats/distillate.md`.
///
/// @param name 1..63 characters of a-z, 0-9, '-', '_' and '.', starting with a letter or digit
/// @param algorithm the name of an {@link Algorithm}
/// @param algorithmVersion the only version that will do, or {@link #ANY_VERSION}
/// @param inputs streams, each `COLLECTION/NAME` or a UUID
/// @param outputs at least one, each another output of the algorithm and another stream
/// @param parameters what {@link Parameters} takes
/// @param leadNanos how far before an output's time its inputs may lie, or {@link #BY_ALGORITHM}
/// @param trailingNanos how far after an output's time its inputs may lie, or {@link #BY_ALGORITHM}
public record DistillateSpec(
        String name,
        String algorithm,
        int algorithmVersion,
        List<String> inputs,
        List<Output> outputs,
        Map<String, Object> parameters,
        long leadNanos,
        long trailingNanos) {
    /// Whatever version is shipped; a newer one recomputes.
    public static final int ANY_VERSION = 0;

    /// The margin that the algorithm needs, and no more.
    public static final long BY_ALGORITHM = -1;

    public static final int INPUT_COUNT_MAX = 1000;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    /// One output stream.
    ///
    /// @param output which of the algorithm's outputs
    /// @param collection where the stream lies
    /// @param name what it is called there
    public record Output(String output, String collection, String name) {
        /// `COLLECTION/NAME`.
        public String path() {
            return collection + "/" + name;
        }
    }

    public DistillateSpec {
        checkName(name);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
        check(!algorithm.isEmpty(), "algorithm: empty");
        check(algorithmVersion >= 0, "algorithmVersion: " + algorithmVersion + " is negative");
        check(
                !inputs.isEmpty() && inputs.size() <= INPUT_COUNT_MAX,
                "inputs: " + inputs.size() + " given; 1.." + INPUT_COUNT_MAX + " are taken");
        check(!outputs.isEmpty(), "outputs: none given");
        checkDistinct(outputs);
        checkMargin("leadNanos", leadNanos);
        checkMargin("trailingNanos", trailingNanos);
    }

    /// Refuses a text that cannot be the name of a distillate.
    public static void checkName(String name) {
        check(
                NAME.matcher(name).matches(),
                "name: '"
                        + name
                        + "' is not 1..63 characters of a-z, 0-9, '-', '_' and '.',"
                        + " starting with a letter or digit");
    }

    private static void checkDistinct(List<Output> outputs) {
        Set<String> roles = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (int i = 0; i < outputs.size(); i++) {
            Output output = outputs.get(i);
            check(
                    roles.add(output.output()),
                    "outputs[" + i + "].output: '" + output.output() + "' is asked for twice");
            check(paths.add(output.path()), "outputs[" + i + "].name: " + output.path() + " is written twice");
        }
    }

    private static void checkMargin(String field, long nanos) {
        if (nanos != BY_ALGORITHM) {
            Widths.check(field, nanos);
        }
    }

    private static void check(boolean holds, String sentence) {
        if (!holds) {
            throw new Refused(ErrorCode.INVALID_ARGUMENT, sentence);
        }
    }
}
