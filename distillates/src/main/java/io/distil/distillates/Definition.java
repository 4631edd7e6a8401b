package io.distil.distillates;

import io.distil.base.ErrorCode;
import io.distil.base.Refused;

import java.util.List;

/// A specification together with the algorithm that it names, checked against each other.
///
/// @param leadNanos how far before an output's time inputs are read; at least what the computation needs
/// @param trailingNanos how far after an output's time inputs are read; at least what the computation needs
/// @param slots for each output of the algorithm its position in `spec.outputs`, or -1 where nobody wants it
record Definition(
        DistillateSpec spec,
        int algorithmVersion,
        Computation computation,
        long leadNanos,
        long trailingNanos,
        List<Integer> slots) {
    /// @throws Refused `INVALID_ARGUMENT`, naming the field
    static Definition of(DistillateSpec spec, Algorithms algorithms) {
        Algorithm algorithm = algorithms.of(spec);
        Computation computation = algorithm.prepare(new Parameters(spec.parameters()), spec.inputs().size());
        return new Definition(
                spec,
                algorithm.version(),
                computation,
                margin("leadNanos", spec.leadNanos(), computation.leadNanos(), algorithm),
                margin("trailingNanos", spec.trailingNanos(), computation.trailingNanos(), algorithm),
                slots(spec, algorithm));
    }

    private static long margin(String field, long wantedNanos, long neededNanos, Algorithm algorithm) {
        if (wantedNanos == DistillateSpec.BY_ALGORITHM) {
            return neededNanos;
        }
        if (wantedNanos < neededNanos) {
            throw new Refused(
                    ErrorCode.INVALID_ARGUMENT,
                    field
                            + ": "
                            + wantedNanos
                            + " ns is less than the "
                            + neededNanos
                            + " ns that "
                            + algorithm.name()
                            + " needs with these parameters");
        }
        return wantedNanos;
    }

    private static List<Integer> slots(DistillateSpec spec, Algorithm algorithm) {
        List<String> wanted = spec.outputs().stream().map(DistillateSpec.Output::output).toList();
        for (int i = 0; i < wanted.size(); i++) {
            if (!algorithm.outputs().contains(wanted.get(i))) {
                throw new Refused(
                        ErrorCode.INVALID_ARGUMENT,
                        "outputs["
                                + i
                                + "].output: "
                                + algorithm.name()
                                + " has no '"
                                + wanted.get(i)
                                + "'; it has "
                                + String.join(", ", algorithm.outputs()));
            }
        }
        return algorithm.outputs().stream().map(wanted::indexOf).toList();
    }
}
